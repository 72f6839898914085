"""Working hours of the past are those of then: the calendars, and whose they were, whatever became of them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sample_floor import AATU, AINO, EINO, HOUSE, SAARA, SUPPORT, Floor

from valvomo.commands.settings.kinds import OpeningHours
from valvomo.commands.settings.queues import ChangeQueue
from valvomo.commands.settings.resources import ChangeResource, CreateResource, RemoveResource
from valvomo.commands.settings.users import ChangeUser
from valvomo.db import agents
from valvomo.domain.routing.hours import Span
from valvomo.jobs.recorder import Recorder
from valvomo.live.replay import calendars
from valvomo.live.replay.watching import Replay, settings_at
from valvomo.protocol.replay import ReplayFloor, ReplaySteps

DAYS = range(7)


def weekly(start: int, end: int) -> dict[int, tuple[Span, ...]]:
    """Each day from one hour to another."""
    return {day: (Span(start * 60, end * 60),) for day in DAYS}


async def on_duty(replay: Replay, at: datetime) -> dict[str, bool]:
    then = await replay.at(SAARA, at)
    assert isinstance(then, ReplayFloor), then
    return {one.id: one.on_duty for one in then.agents if one.id in (AINO.id, EINO.id)}


async def test_who_was_within_their_hours_is_who_was_then(floor: Floor) -> None:
    """Hours are made, given, changed, given to somebody else and removed; each moment keeps what held at it."""
    await Recorder(floor.database, floor.clock, "test", days=90).keep_now(HOUSE)
    moments: dict[datetime, dict[str, bool]] = {}

    async def shown(*, aino: bool, eino: bool) -> None:
        floor.clock.advance(60)
        moments[floor.clock()] = {AINO.id: aino, EINO.id: eino}
        async with floor.database.reading() as tx:
            live = await agents.duty(tx, HOUSE, floor.clock())
        assert {one: live.get(one, True) for one in (AINO.id, EINO.id)} == moments[floor.clock()]
        floor.clock.advance(60)

    await shown(aino=True, eino=True)
    none = OpeningHours(name="Night", time_zone="UTC", weekly={})
    made = await floor.done(AATU, CreateResource(resource=none))
    hours = str(made.result["id"])
    await floor.done(AATU, ChangeUser(user_id=AINO.id, hours_id=hours))
    await shown(aino=False, eino=True)
    await floor.done(
        AATU, ChangeResource(subject="hours", resource_id=hours, changes={"weekly": weekly(0, 24)})
    )
    await shown(aino=True, eino=True)
    await floor.done(AATU, ChangeUser(user_id=EINO.id, hours_id=hours))
    await floor.done(AATU, ChangeUser(user_id=AINO.id, hours_id=""))
    await floor.done(AATU, ChangeQueue(queue_id=SUPPORT, hours_id=hours))
    await floor.done(
        AATU,
        ChangeResource(
            subject="hours", resource_id=hours, changes={"special": {floor.clock().date(): ()}}
        ),
    )  # fmt: skip
    await shown(aino=True, eino=False)
    async with floor.database.reading() as tx:
        settings = await settings_at(tx, HOUSE, 10_000_000, floor.clock())
        working, opening = await calendars.then(settings, floor.clock())
    assert (set(working), set(opening)) == ({EINO.id}, {SUPPORT})
    await floor.done(AATU, ChangeUser(user_id=EINO.id, hours_id=""))
    await floor.done(AATU, ChangeQueue(queue_id=SUPPORT, hours_id=""))
    await floor.done(AATU, RemoveResource(subject="hours", resource_id=hours))
    await shown(aino=True, eino=True)
    replay = Replay(floor.database, floor.clock)
    for at, duty in moments.items():
        assert await on_duty(replay, at) == duty, at


async def test_hours_begin_and_end_between_two_facts_as_they_did(floor: Floor) -> None:
    """Steps tell it when the clock of then says so, and what was changed since moves nothing."""
    await Recorder(floor.database, floor.clock, "test", days=90).keep_now(HOUSE)
    hour = floor.clock().hour
    until = OpeningHours(name="Morning", time_zone="UTC", weekly=weekly(hour, hour + 1))
    made = await floor.done(AATU, CreateResource(resource=until))
    await floor.done(AATU, ChangeUser(user_id=AINO.id, hours_id=str(made.result["id"])))
    before = floor.clock()
    floor.clock.advance(2 * 3600)
    await floor.start("chat")
    after = floor.clock()
    floor.clock.advance(60)
    changes = {"weekly": weekly(0, 24)}
    await floor.done(
        AATU, ChangeResource(subject="hours", resource_id=str(made.result["id"]), changes=changes)
    )  # fmt: skip
    replay = Replay(floor.database, floor.clock)
    then = await replay.at(SAARA, before)
    assert isinstance(then, ReplayFloor)
    assert {one.id: one.on_duty for one in then.agents}[AINO.id]
    steps = await replay.steps(SAARA, then.position, after + timedelta(seconds=1), 50)
    assert isinstance(steps, ReplaySteps)
    told = [one for step in steps.steps for one in step.agents if one.id == AINO.id]
    assert [one.on_duty for one in told] == [False]
    again = await replay.steps(SAARA, steps.position, floor.clock(), 50)
    assert isinstance(again, ReplaySteps)
    assert again.again, "where hours changed the floor is asked for anew"
