"""A conversation begins with its newest messages, however long it is; who asks for more must read what was sent."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sample_floor import AINO
from sample_stage import Reader, Stage
from sample_talk import AT

from valvomo.live import beginnings
from valvomo.live.beginnings import newest
from valvomo.live.views.happening import Words

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginnings, "MOST_WORDS", 3)


def numbers(frame: dict[str, Any]) -> list[int]:
    return [item["seq"] for item in frame["data"] if item["kind"] == "message"]


@pytest.fixture(params=["staff", "customer"])
async def talk(stage: Stage, request: pytest.FixtureRequest) -> tuple[str, str, Reader]:
    """A conversation of five messages, the topic by which it is read, and who reads it."""
    one = await stage.floor.accepted("chat")
    for number in range(5):
        await stage.floor.write(AINO, one, f"message {number}")
    await stage.settle()
    if request.param == "staff":
        return one, f"conversation:{one}", stage.reader(AINO)
    return one, "conversation", stage.reader(await stage.floor.guest(one))


@pytest.mark.parametrize(
    ("since", "op", "told"),
    [
        (None, "snapshot", [3, 4, 5]),
        (0, "snapshot", [3, 4, 5]),
        (1, "snapshot", [3, 4, 5]),
        (2, "changes", [3, 4, 5]),
        (4, "changes", [5]),
    ],
)
async def test_the_newest_are_told_and_as_changes_only_what_follows(
    talk: tuple[str, str, Reader], since: int | None, op: str, told: list[int]
) -> None:
    _, topic, reader = talk
    await reader.watch(topic, since)
    frame = reader.frames[-1]
    assert (frame["op"], frame["at"], numbers(frame)) == (op, 5, told)


async def test_who_was_slow_for_long_begins_anew_with_the_newest(
    stage: Stage, talk: tuple[str, str, Reader]
) -> None:
    one, topic, reader = talk
    await reader.watch(topic)
    reader.full = True
    for number in range(4):
        await stage.floor.write(AINO, one, f"later {number}")
    await stage.settle()
    reader.full = False
    await stage.settle()
    frame = reader.frames[-1]
    assert (frame["op"], frame["at"], numbers(frame)) == ("snapshot", 9, [7, 8, 9])


def words(seq: int, length: int) -> Words:
    return Words(
        id=str(seq), seq=seq, public_seq=seq, author_id="a", author_role="agent", author_name="A",
        visibility="public", text="x" * length, client_id="c", at=AT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("lengths", "kept"),
    [([], []), ([1], [1]), ([1] * 5, [3, 4, 5]), ([9] * 5, [5]), ([99, 5, 5], [2, 3]), ([1, 99], [2])],
)
def test_as_many_as_are_not_too_long_together_and_one_in_any_case(
    monkeypatch: pytest.MonkeyPatch, lengths: list[int], kept: list[int]
) -> None:
    monkeypatch.setattr(beginnings, "MOST_CHARACTERS", 10)
    found = newest([words(number, length) for number, length in enumerate(lengths, start=1)])
    assert [one.seq for one in found] == kept


async def test_who_asks_for_more_must_have_read_what_was_sent(stage: Stage) -> None:
    reader, delivery = stage.reader(AINO), stage.room.delivery
    reader.full = True
    async with asyncio.TaskGroup() as group:
        task = group.create_task(delivery.drained(reader.connection))
        await stage.settle()
        await stage.settle()
        assert not task.done()
        reader.full = False
        await stage.settle()
    assert not reader.connection.slow


async def test_nobody_waits_for_a_reader_who_is_given_up(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, delivery = stage.reader(AINO), stage.room.delivery
    reader.full = True
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        group.create_task(delivery.drained(reader.connection))
        await asyncio.sleep(0)
        monkeypatch.setattr("valvomo.live.delivery.MOST_BEHIND_SECONDS", 0.0)
        await stage.settle()
    assert reader.was_cut
