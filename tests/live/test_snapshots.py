"""Large snapshots: made once for all who are shown the same, in parts, overtaken by nothing (spec 2 *Live stream*)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sample_floor import AINO, BILLING, EINO, SAARA, SULO
from sample_stage import Reader, Stage

from valvomo.commands.conversations.assign import AssignToQueue
from valvomo.commands.conversations.force_close import ForceClose
from valvomo.commands.conversations.monitor import Monitor
from valvomo.commands.conversations.serve import Pick
from valvomo.live import resumed, snapshots, subscriptions
from valvomo.protocol.frames import Frame

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five conversations are a large floor, and come in three parts."""
    monkeypatch.setattr(subscriptions, "SMALL", 0)
    for name in ("MOST_ROWS", "MOST_PACKED_ROWS"):
        monkeypatch.setattr(snapshots, name, 2)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each snapshot had that was put together."""
    found: list[int] = []
    frames = snapshots.snapshot_frames

    def counted(topic: str, rows: Any, at: tuple[int, int], *, packed: bool) -> tuple[Frame, ...]:
        found.append(len(rows))
        return frames(topic, rows, at, packed=packed)

    monkeypatch.setattr(snapshots, "snapshot_frames", counted)
    return found


async def begun(stage: Stage, count: int = 5) -> list[str]:
    ids = [await stage.floor.start("chat") for _ in range(count)]
    await stage.settle()
    return ids


def shown(reader: Reader) -> set[str]:
    return set(reader.rows["board"])


@pytest.mark.parametrize("packs", [False, True])
async def test_it_comes_in_parts_of_which_only_the_last_can_be_resumed(stage: Stage, packs: bool) -> None:
    ids = await begun(stage)
    saara = stage.reader(SAARA, packs=packs)
    await saara.watch("board")
    parts = [(frame["op"], frame["at"], frame.get("more"), len(frame["data"])) for frame in saara.frames]
    at = stage.room.floor.position
    assert parts == [("snapshot", 0, True, 2), ("changes", 0, True, 2), ("changes", at, None, 1)]
    assert shown(saara) == set(ids)
    assert saara.packed == 3 * packs


async def test_one_is_made_for_all_who_are_shown_the_same(stage: Stage, made: list[int]) -> None:
    await begun(stage)
    readers = [stage.reader(SAARA) for _ in range(20)]
    await asyncio.gather(*(reader.watch("board") for reader in readers))
    assert made == [5]
    packing = [stage.reader(SAARA, packs=True) for _ in range(20)]
    await asyncio.gather(*(reader.watch("board") for reader in packing))
    await stage.reader(SULO).watch("board")
    assert made == [5, 5, 0]


async def test_who_comes_later_gets_the_same_and_what_has_changed_since(
    stage: Stage, made: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshots, "MOST_CHANGED", 0.6)
    ids = await begun(stage)
    await stage.reader(SAARA).watch("board")
    await stage.floor.done(AINO, Pick(conversation_id=ids[0]))
    await stage.floor.done(SAARA, ForceClose(conversation_id=ids[1], reason="enough"))
    await stage.floor.done(SAARA, AssignToQueue(conversation_id=ids[2], queue=BILLING))
    await stage.settle()
    later = stage.reader(SAARA)
    await later.watch("board")
    assert made == [5]
    assert [frame["op"] for frame in later.frames] == ["snapshot", "changes", "changes", "changes"]
    fresh = stage.reader(SAARA)
    stage.room.subscriptions.snapshots.forget()
    await fresh.watch("board")
    assert made == [5, 3]
    assert later.rows["board"] == fresh.rows["board"]
    assert later.at == fresh.at


async def test_after_many_changes_it_is_made_anew(stage: Stage, made: list[int]) -> None:
    ids = await begun(stage)
    await stage.reader(SAARA).watch("board")
    await stage.floor.done(AINO, Pick(conversation_id=ids[0]))
    await stage.settle()
    await stage.reader(SAARA).watch("board")
    assert made == [5, 5]


async def test_whom_a_row_concerns_in_person_gets_their_own(stage: Stage, made: list[int]) -> None:
    ids = await begun(stage, 3)
    await stage.floor.done(AINO, Pick(conversation_id=ids[0]))
    await stage.settle()
    other = stage.reader(SAARA)
    await other.watch("board")
    assert other.rows["board"][ids[0]]["acts"]["monitor"] is None
    await stage.floor.done(SAARA, Monitor(conversation_id=ids[0]))
    await stage.settle()
    again = stage.reader(SAARA)
    await again.watch("board")
    assert made == [3, 3]
    assert again.rows["board"][ids[0]]["acts"]["monitor"] is not None
    assert again.rows == other.rows


async def test_a_change_that_comes_while_it_is_made_is_told_after_it(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await begun(stage)
    making, go = asyncio.Event(), asyncio.Event()

    async def slowly(function: Any, *args: Any, **named: Any) -> Any:
        making.set()
        await go.wait()
        return function(*args, **named)

    monkeypatch.setattr(asyncio, "to_thread", slowly)
    saara = stage.reader(SAARA)
    async with asyncio.TaskGroup() as group:
        group.create_task(saara.watch("board"))
        await making.wait()
        await stage.floor.done(AINO, Pick(conversation_id=ids[0]))
        await stage.floor.done(SAARA, ForceClose(conversation_id=ids[1], reason="enough"))
        await stage.settle()
        assert saara.frames == []
        go.set()
    assert shown(saara) == set(ids) - {ids[1]}
    assert saara.rows["board"][ids[0]]["state"] == "active"
    assert saara.at["board"] == stage.room.floor.position


async def test_a_slow_reader_gets_it_part_by_part_and_then_what_has_changed(stage: Stage) -> None:
    ids = await begun(stage)
    slow, quick = stage.reader(SAARA), stage.reader(SAARA)
    slow.full = True
    for reader in (slow, quick):
        await reader.watch("board")
    assert (len(slow.frames), len(quick.frames)) == (0, 3)
    await stage.floor.done(AINO, Pick(conversation_id=ids[0]))
    await stage.settle()
    assert slow.frames == []
    slow.full = False
    await stage.settle()
    assert slow.rows == quick.rows
    await stage.floor.done(EINO, Pick(conversation_id=ids[1]))
    await stage.settle()
    assert slow.rows == quick.rows


async def test_who_does_not_take_it_is_cut_off(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("valvomo.live.delivery.MOST_BEHIND_SECONDS", 0.0)
    await begun(stage)
    slow = stage.reader(SAARA)
    slow.full = True
    await slow.watch("board")
    await stage.settle()
    assert slow.was_cut


@pytest.mark.parametrize(
    "case", [(1, 0, "changes"), (2, 0, "changes"), (3, 0, "snapshot"), (3, 3, "changes")]
)
async def test_what_was_missed_is_told_unless_a_snapshot_is_cheaper(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, case: tuple[int, int, str]
) -> None:
    changed, few, op = case
    monkeypatch.setattr(resumed, "FEW", few)
    ids = await begun(stage, 4)
    saara = stage.reader(SAARA)
    await saara.watch("board")
    saara.leave()
    for one in ids[:changed]:
        await stage.floor.write(await stage.floor.guest(one), one, "hello")
    await stage.settle()
    again = stage.reader(SAARA)
    again.rows, again.at = saara.rows, saara.at
    await again.watch("board", since=saara.at["board"])
    assert again.frames[0]["op"] == op
    fresh = stage.reader(SAARA)
    await fresh.watch("board")
    assert again.rows == fresh.rows


async def test_a_crowd_that_comes_back_is_told_with_one_frame(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await begun(stage)
    readers = [stage.reader(actor) for actor in (SAARA, SULO, AINO, EINO) for _ in range(25)]
    for reader in readers:
        await reader.watch("board")
        reader.leave()
    await stage.floor.done(AINO, Pick(conversation_id=ids[0]))
    await stage.floor.done(SAARA, ForceClose(conversation_id=ids[1], reason="enough"))
    await stage.settle()
    worked_out = 0
    concerned = resumed.Resumed._concerned

    def counted(self: Any, *args: Any) -> Any:
        nonlocal worked_out
        worked_out += 1
        return concerned(self, *args)

    monkeypatch.setattr(resumed.Resumed, "_concerned", counted)
    for reader in readers:
        stage.room.connections.add(reader.connection)
    await asyncio.gather(*(reader.watch("board", since=reader.at["board"]) for reader in readers))
    # Saara closed one and Aino has one, so both are told for themselves each time; the others share.
    assert worked_out <= 2 * 25 + 2
    for reader in readers:
        fresh = stage.reader(reader.actor)
        await fresh.watch("board")
        assert reader.rows["board"] == fresh.rows["board"]
        assert reader.at["board"] == fresh.at["board"]
