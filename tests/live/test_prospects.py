"""What customers who wait are told of it: the same live and when they ask, also as the clock alone changes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from sample_floor import AINO, EINO, HOUSE, SAARA, SUPPORT
from sample_queues import AFTERNOONS, hours, skill
from sample_stage import Reader, Stage, new_room

from valvomo.commands.conversations.serve import Complete, End
from valvomo.db.transaction import Transaction
from valvomo.domain.agents.presence import Presence
from valvomo.queries import customers
from valvomo.queries.customers import Guest

pytestmark = pytest.mark.slow
HOUR = 3600
OPEN = {"open": True, "opens_at": None}


async def closed_until_one(stage: Stage) -> None:
    """Support is open on Monday afternoons; it is Monday, nine o'clock."""
    await hours(stage.floor)
    await stage.floor.sql(
        "UPDATE queues SET hours_id = $1 WHERE organization_id = $2 AND id = $3", AFTERNOONS, HOUSE, SUPPORT
    )
    stage.room = await new_room(stage.floor)


async def waiting(stage: Stage, one: str) -> Reader:
    """The page of this conversation's customer."""
    await stage.settle()
    page = stage.reader(await stage.floor.guest(one))
    await page.watch("conversation")
    return page


async def asked(stage: Stage, one: str) -> Any:
    """What the customer is answered who asks."""
    guest = Guest(actor=await stage.floor.guest(one), origins=())
    async with stage.floor.database.reading() as tx:
        answer = await customers.conversation(tx, guest, stage.floor.clock())
    return msgspec.json.decode(msgspec.json.encode(answer))


async def test_who_waits_hears_when_their_queue_opens_and_closes(stage: Stage) -> None:
    await closed_until_one(stage)
    one = await stage.floor.start("chat")
    page = await waiting(stage, one)

    async def later(seconds: float) -> list[Any]:
        said = len(page.told("conversation"))
        stage.floor.clock.advance(seconds)
        await stage.settle()
        assert page.told("conversation")[-1] == await asked(stage, one)
        return [item["hours"] for item in page.told("conversation")[said:]]

    assert page.told("conversation")[-1]["hours"] == {"open": False, "opens_at": "2026-03-02T13:00:00Z"}
    assert await later(4 * HOUR - 1) == []
    assert await later(1) == [OPEN]
    assert await later(4 * HOUR) == [{"open": False, "opens_at": "2026-03-09T13:00:00Z"}]


async def test_who_is_served_waits_in_no_queue(stage: Stage) -> None:
    await closed_until_one(stage)
    one = await stage.floor.accepted("chat")
    page = await waiting(stage, one)
    assert page.told("conversation")[-1]["hours"] is None
    assert (await asked(stage, one))["hours"] is None


async def test_a_queue_without_hours_is_always_open(stage: Stage) -> None:
    one = await stage.floor.start("chat")
    page = await waiting(stage, one)
    assert page.told("conversation")[-1]["hours"] == OPEN


async def becomes(stage: Stage, one: str, **what: object) -> None:
    """As rules or agents have made it."""
    for name, value in what.items():
        if name == "priority":
            await stage.floor.sql("UPDATE conversations SET priority = $1 WHERE id = $2", value, one)
        await stage.floor.sql(
            "UPDATE conversations SET body = jsonb_set(body, ARRAY[$1], $2::jsonb) WHERE id = $3",
            name, value, one,
        )  # fmt: skip


async def handled(stage: Stage, seconds: float, number: int) -> None:
    """So many conversations of this length."""
    for _ in range(number):
        done = await stage.floor.accepted("chat")
        stage.floor.clock.advance(seconds)
        for command in (End(conversation_id=done), Complete(conversation_id=done)):
            await stage.floor.done(AINO, command)


async def a_line(stage: Stage) -> list[str]:
    """All kinds of matters wait in Support; who came first is not always served first."""
    await skill(stage.floor, "finnish", aino=4)
    needs = [{"skill_id": "finnish", "level": 3}]
    kinds: list[Mapping[str, object]] = [
        {}, {"needs": needs}, {"priority": 1}, {"declines": {AINO.id: 3}}, {},
        {"declines": {AINO.id: 1, EINO.id: 2}}, {"needs": needs, "priority": 2}, {},
    ]  # fmt: skip
    line = []
    for kind in kinds:
        stage.floor.clock.advance(7)
        line.append(await stage.floor.start("chat"))
        await becomes(stage, line[-1], **kind)
    return line


@pytest.mark.parametrize("when", ["the same day", "another day"])
async def test_the_live_stream_and_the_answer_agree(stage: Stage, when: str) -> None:
    await handled(stage, 300, 4)
    await handled(stage, 420, 3)
    if when == "another day":
        stage.floor.clock.advance(24 * HOUR)
    line = await a_line(stage)
    await stage.floor.sql("UPDATE queues SET match = 'exact' WHERE id = $1", SUPPORT)
    await stage.floor.set_presence(SAARA, Presence.AWAY)
    await stage.floor.sql("UPDATE agents SET capacity = 0 WHERE id = $1", EINO.id)
    stage.room = await new_room(stage.floor)
    said = {}
    for one in line:
        page = await waiting(stage, one)
        said[one] = page.told("conversation")[-1]
        assert said[one] == await asked(stage, one)
    places = [said[one]["place"] for one in line]
    assert places == [3, 4, 2, 3, 6, 7, 1, 8]
    assert [said[one]["estimate"] is None for one in line] == [one == line[3] for one in line]


async def test_asking_costs_the_same_however_many_wait(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    read = 0
    rows = Transaction.rows

    async def counted(tx: Transaction, name: str, *args: Any) -> list[Any]:
        nonlocal read
        found = await rows(tx, name, *args)
        read += len(found)
        return found

    monkeypatch.setattr(Transaction, "rows", counted)
    costs: list[int] = []
    for number, place in ((2, 2), (12, 14)):
        line = [await stage.floor.start("chat") for _ in range(number)]
        read = 0
        assert (await asked(stage, line[-1]))["place"] == place
        costs.append(read)
    assert costs[0] == costs[1]
