"""How calls do, on PostgreSQL with an engine without media: what is noted while they go on, and once they are over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sample_calls import CallHouse as House
from sample_engine import SampleEngine
from sample_floor import AINO, HOUSE, Floor

from valvomo.commands.conversations.call import EndCall, Hold
from valvomo.commands.conversations.call_quality import RateCall
from valvomo.commands.conversations.connection import CustomerConnect, CustomerDisconnect
from valvomo.db import call_minutes
from valvomo.domain.access.actor import Actor, system
from valvomo.domain.calls.hearing import Part
from valvomo.domain.calls.quality import grade
from valvomo.domain.calls.samples import Minute, Whose
from valvomo.domain.conversations.call_marks import TroubleKind
from valvomo.domain.conversations.call_quality import CallCalmed, CallRated, CallTroubled
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import State
from valvomo.domain.refusals import Reason
from valvomo.jobs.calls import saying
from valvomo.jobs.calls.watching import scored
from valvomo.media.port import Gone, Lost, Quality, Speaking


@pytest.fixture
async def house(floor: Floor, tmp_path: Path) -> AsyncIterator[House]:
    made = House(floor, tmp_path)
    async with made.carrying("carrier", made.engine), asyncio.TaskGroup() as group:
        task = group.create_task(made.calling.run())
        yield made
        task.cancel()


POOR = Quality(up=1, lost_up=0.2, lost_down=0.0, jitter=0.03, round_trip=0.4)
GOOD = Quality(up=1, lost_up=0.0, lost_down=0.0, jitter=0.002, round_trip=0.04)


async def both_are_in_it(house: House) -> tuple[str, Actor, str]:
    one, guest = await house.elevated()
    call_id = await house.both_come(one, guest)
    await house.until(lambda: bool(house.told) and all(leg.connected for leg in house.told[-1].legs))
    return one, guest, call_id


async def noted(
    house: House, one: str, kind: str, then: Callable[[], Awaitable[None]] | None = None
) -> Event:
    """The newest fact of that kind, once there is one; the clock goes on until then, and `then` happens each time."""
    while True:
        found = [fact.event for fact in await house.floor.facts(one) if fact.kind == kind]
        if found:
            assert isinstance(found[-1], Event)
            return found[-1]
        house.floor.clock.advance(2)
        if then is not None:
            await then()
        house.floor.executor.bell.ring(HOUSE)
        await asyncio.sleep(0.05)


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ways are measured as often as the clock of the tests goes on."""
    monkeypatch.setattr(saying, "TURNS", 1)
    monkeypatch.setattr(saying, "TELL_SECONDS", 0.02)


async def troubles(house: House, one: str) -> set[tuple[TroubleKind, str]]:
    call = (await house.floor.get(one)).call
    return {(it.kind, it.side) for it in call.troubles} if call else set()


async def test_a_bad_network_is_noted_and_that_it_passed(house: House, often: None) -> None:
    house.engine.well = POOR
    one, _, _ = await both_are_in_it(house)
    await noted(house, one, "call_troubled")
    both = {(TroubleKind.NETWORK, "customer"), (TroubleKind.NETWORK, "agent")}
    while await troubles(house, one) != both:
        house.floor.clock.advance(2)
        await asyncio.sleep(0.05)
    house.engine.well = GOOD
    calmed = await noted(house, one, "call_calmed")
    assert isinstance(calmed, CallCalmed)
    assert calmed.seconds > 0


async def test_talking_over_each_other_is_noted_but_not_while_on_hold(house: House, often: None) -> None:
    house.engine.well = GOOD
    one, guest, call_id = await both_are_in_it(house)

    async def speak() -> None:
        for person in (guest.id, "aino"):
            await house.engine.news.put(Speaking(call_id, person, True))

    found = await noted(house, one, "call_troubled", speak)
    assert found == CallTroubled(trouble=TroubleKind.OVERTALK)
    await house.floor.done(AINO, Hold(conversation_id=one))
    assert isinstance(await noted(house, one, "call_calmed", speak), CallCalmed), "nobody hears the other"


async def test_a_call_is_rated_once_when_it_is_over(house: House, often: None) -> None:
    house.engine.well = GOOD
    one, guest, call_id = await both_are_in_it(house)
    while not await house.floor.sql("SELECT 1 FROM call_minutes WHERE part = 'agent'"):
        house.floor.clock.advance(5)
        await asyncio.sleep(0.05)
    await house.floor.done(AINO, EndCall(conversation_id=one))
    said = await noted(house, one, "call_rated")
    assert isinstance(said, CallRated)
    assert said.call_id == call_id
    assert {(it.person_id, it.part, it.agent_id) for it in said.ways} == {
        (guest.id, "customer", "aino"), ("aino", "agent", "aino"),
    }  # fmt: skip
    rated = [(it.worst, it.mean) for it in said.ways]
    # A mean of what is always the same may come out a little less.
    assert all(4.2 < worst < mean + 1e-9 < 4.42 for worst, mean in rated), rated
    again = RateCall(conversation_id=one, call_id=call_id)
    await house.floor.done(system(HOUSE, "calls"), again)
    assert [fact.kind for fact in await house.floor.facts(one)].count("call_rated") == 1


async def test_who_is_heard_in_the_call_is_not_gone_until_they_are(house: House, often: None) -> None:
    one, guest, call_id = await both_are_in_it(house)
    floor, link = house.floor, {"connection_id": "window", "process_id": "process-1"}
    await floor.done(guest, CustomerConnect(conversation_id=one, **link))
    await floor.done(guest, CustomerDisconnect(conversation_id=one, **link))
    first = (await floor.get(one)).deadlines[Deadline.RECONNECT]
    floor.clock.now = first - timedelta(seconds=4)
    await noted(house, one, "customer_heard")
    later = (await floor.get(one)).deadlines[Deadline.RECONNECT]
    assert later > first + timedelta(seconds=100)
    assert (await floor.get(one)).customer_online is False

    await house.engine.news.put(Lost(call_id, guest.id))
    await house.until(
        lambda: not next(leg.connected for leg in house.told[-1].legs if leg.person_id == guest.id)
    )
    floor.clock.now = later
    await floor.fire(one)
    assert (await floor.get(one)).state is State.WRAP_UP


async def test_what_a_dead_process_has_kept_is_rated_by_another_one(floor: Floor, tmp_path: Path) -> None:
    house = House(floor, tmp_path)
    one, guest = await house.elevated()
    call = (await floor.get(one)).call
    assert call is not None
    key = (HOUSE, one, call.id)
    queue_id = (await floor.get(one)).queue_id
    whose = Whose(person_id=guest.id, part=Part.CUSTOMER, agent_id="aino", queue_id=queue_id)
    at, samples = floor.clock.now, ((6, 15.0), (4, 16.0))
    minutes = [Minute(whose=whose, at=at, samples=many, score=score) for many, score in samples]
    async with floor.database.transaction() as tx:
        for minute in minutes:
            await call_minutes.add(tx, key, [minute])
    refused = await floor.refused(system(HOUSE, "calls"), RateCall(conversation_id=one, call_id=call.id))
    assert refused.reason is Reason.CALL_GOES_ON
    assert (
        await floor.refused(AINO, RateCall(conversation_id=one, call_id=call.id))
    ).reason is Reason.ROLE_NEEDED
    await floor.done(AINO, EndCall(conversation_id=one))
    floor.clock.advance(300)
    async with house.carrying("another", SampleEngine()):
        said = await noted(house, one, "call_rated")
    assert isinstance(said, CallRated)
    assert [(it.mean, it.worst) for it in said.ways] == [(3.1, 3.1)]
    again = Minute(whose=whose, at=at, samples=1, score=1.0)
    async with floor.database.transaction() as tx:
        await call_minutes.add(tx, key, [again])
    await floor.done(system(HOUSE, "calls"), RateCall(conversation_id=one, call_id=call.id))
    assert [fact.kind for fact in await floor.facts(one)].count("call_rated") == 1
    (row,) = await floor.sql("SELECT samples, rated FROM call_minutes")
    assert (row["samples"], row["rated"]) == (10, True), "of what is rated nothing changes any more"


async def test_what_was_measured_when_an_engine_dies_is_kept_at_once(house: House, often: None) -> None:
    house.engine.well = GOOD
    _, _, call_id = await both_are_in_it(house)
    house.engine.well = POOR
    await house.until(lambda: {leg.quality for leg in house.told[-1].legs} == {grade(scored(POOR))})
    house.engine.open.clear()
    await house.engine.news.put(Gone((call_id,)))
    async with asyncio.timeout(90):
        # Nothing else is a reason to keep it: the clock stands still.
        while await parts(house) != {"customer", "agent"}:  # noqa: ASYNC110 - the database rings no bell
            await asyncio.sleep(0.05)


async def parts(house: House) -> set[str]:
    return {row["part"] for row in await house.floor.sql("SELECT part FROM call_minutes")}
