"""Working hours begin and end by the clock, without a fact: open boards and customers who wait see it all the same."""

from __future__ import annotations

import threading

import pytest
from sample_floor import AINO, BEGIN, EINO, HOUSE, SAARA
from sample_queues import AFTERNOONS, hours
from sample_stage import Reader, Stage, new_room

from valvomo.db import journal, public_holidays
from valvomo.db.journal import Fact
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.events import SettingChanged
from valvomo.queries import agents

pytestmark = pytest.mark.slow
UNTIL_ONE = 4 * 3600


async def works(stage: Stage, *people: Actor) -> None:
    """They work on Monday afternoons, as the room knows from its beginning."""
    await hours(stage.floor)
    await stage.floor.sql(
        "UPDATE agents SET hours_id = $1 WHERE organization_id = $2 AND id = ANY ($3::text[])",
        AFTERNOONS, HOUSE, [one.id for one in people],
    )  # fmt: skip
    stage.room = await new_room(stage.floor)


def on_duty(reader: Reader) -> dict[str, bool]:
    return {one: row["on_duty"] for one, row in reader.rows["agents"].items()}


async def moved(stage: Stage, reader: Reader, seconds: float) -> list[str]:
    """The clock moves on; whose rows the reader was sent then."""
    said = len(reader.told("agents"))
    stage.floor.clock.advance(seconds)
    await stage.settle()
    return [row["id"] for row in reader.told("agents")[said:]]


async def test_rows_turn_with_the_minute_and_only_theirs(stage: Stage) -> None:
    await works(stage, AINO)
    reader, mine = stage.reader(SAARA), {AINO.id: False, EINO.id: True, SAARA.id: True}
    await reader.watch("agents")
    assert {one: on_duty(reader)[one] for one in mine} == mine
    position = stage.room.floor.position
    assert await moved(stage, reader, UNTIL_ONE - 1) == []
    assert await moved(stage, reader, 1) == [AINO.id]
    assert all(on_duty(reader).values())
    assert await moved(stage, reader, UNTIL_ONE) == [AINO.id]
    assert not on_duty(reader)[AINO.id]
    assert stage.room.floor.position == position


async def test_the_list_says_the_same(stage: Stage) -> None:
    await works(stage, AINO)
    async with stage.floor.database.reading() as tx:
        rows = {row.id: row.on_duty for row in await agents.listed(tx, SAARA, BEGIN)}
    assert (rows[AINO.id], rows[EINO.id]) == (False, True)


async def test_who_waits_hears_that_somebody_is_there(stage: Stage) -> None:
    await works(stage, AINO, EINO, SAARA)
    one = await stage.floor.start("chat")
    await stage.settle()
    customer = stage.reader(await stage.floor.guest(one))
    await customer.watch("conversation")
    assert customer.told("conversation")[-1]["estimate"] is None
    stage.floor.clock.advance(UNTIL_ONE)
    await stage.settle()
    assert customer.told("conversation")[-1]["estimate"] == {"low": 0, "high": 0}


async def test_what_else_is_known_stays(stage: Stage) -> None:
    await works(stage, AINO)
    began = stage.room.floor.position
    one = await stage.floor.accepted("chat", by=AINO)
    await stage.settle()
    stage.floor.clock.advance(UNTIL_ONE)
    await stage.settle()
    agent = stage.room.floor.agents.seats[AINO.id].agent
    assert (agent.on_duty, agent.load) == (True, 1)
    changes = stage.room.floor.changes_since(began, SAARA)
    assert {change.after.id for change in changes or ()} == {one}


async def test_calendars_are_read_beside_the_event_loop(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bool]] = []
    loop = threading.get_ident()

    def known_region(region: str) -> bool:
        asked.append((region, threading.get_ident() == loop))
        return public_holidays.known_region(region)

    monkeypatch.setattr("valvomo.db.hours.known_region", known_region)
    monkeypatch.setattr("valvomo.db.hours._closed", {})
    await works(stage, AINO)
    assert asked == []
    await stage.floor.sql("UPDATE hours SET region = 'SE'")
    event = SettingChanged(subject="hours", subject_id=AFTERNOONS, name=AFTERNOONS)
    fact = Fact(event=event, actor_id="aatu", actor_name="Aatu", at=BEGIN, audited=True)
    async with stage.floor.database.transaction() as tx:
        await journal.append(tx, HOUSE, [fact])
    await stage.settle()
    assert asked == [("SE", False)]
    await new_room(stage.floor)
    assert asked == [("SE", False)]
