"""The course of the last minutes is what was live at their ends, and what history counted within them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sample_databases import Fresh
from sample_floor import AATU, AINO, BILLING, HOUSE, SAARA, SULO, SUPPORT, Floor
from sample_lines import lay_lines
from sample_steps import Step, drawn, scripted, take

from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.commands.conversations.connection import CustomerEnd
from valvomo.commands.conversations.serve import Pick
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Refusal
from valvomo.protocol.figure_details import Course
from valvomo.queries import figure_course, figures

pytestmark = pytest.mark.slow

MOST = 180
WATCHING = (SAARA, SULO, AATU)


async def course(floor: Floor, actor: Actor, minutes: int = MOST, queues: tuple[str, ...] = ()) -> Course:
    await Bookkeeper(floor.database).keep(HOUSE)
    question = figure_course.of_minutes(floor.clock(), minutes, queues)
    async with floor.database.reading() as tx:
        found = await figure_course.course(tx, actor, question)
    assert isinstance(found, Course)
    return found


Waiting = dict[str, tuple[int, float | None]]
"""By queue how many wait, and the longest of them for how many seconds."""


async def live(floor: Floor, actor: Actor) -> Waiting:
    async with floor.database.reading() as tx:
        items = (await figures.live(tx, actor, floor.clock())).items
    now = floor.clock()
    return {
        one.id: (one.in_queue, (now - since).total_seconds() if (since := one.longest_wait_since) else None)
        for one in items
        if one.id != "all"
    }


def to_the_minute(floor: Floor) -> None:
    now = floor.clock()
    begun = now.replace(second=0, microsecond=0)
    floor.clock.advance((begun + timedelta(minutes=1) - now).total_seconds())


async def _play(fresh_database: Fresh, acts: list[Step]) -> None:
    async with fresh_database() as database:
        floor = await Floor.open(database)
        await lay_lines(floor, HOUSE, "aino", "eino")
        ids: list[str] = []
        was: dict[datetime, dict[str, Waiting]] = {}
        for step in acts:
            await take(floor, step, ids)
            if step.choice % 5 == 0:
                to_the_minute(floor)
                was[floor.clock()] = {actor.id: await live(floor, actor) for actor in WATCHING}
                # What happens at the very end of a minute belongs to the next one.
                floor.clock.advance(0.001)
        for actor in WATCHING:
            await _compare(floor, actor, {at: told[actor.id] for at, told in was.items()})


async def _compare(floor: Floor, actor: Actor, was: dict[datetime, Waiting]) -> None:
    found = await course(floor, actor)
    places = {at: place for place, at in enumerate(found.at)}
    remembered = {at: told for at, told in was.items() if at in places}
    assert remembered, "nothing to compare"
    for at, told in remembered.items():
        then = {one.queue: (one.waiting[places[at]], one.longest[places[at]]) for one in found.items}
        assert {queue: number for queue, (number, _) in then.items()} == {
            queue: number for queue, (number, _) in told.items()
        }, (actor.id, at)
        for queue, (_, longest) in told.items():
            assert then[queue][1] == pytest.approx(longest, abs=0.002), (actor.id, at)
    question = replace(figure_course.of_minutes(floor.clock(), MOST, ()), by=frozenset({"queue"}))
    async with floor.database.reading() as tx:
        history = await figures.history(tx, actor, question, floor.clock())
    assert not isinstance(history, Refusal)
    whole = {one.queue: one for one in history.items}
    for one in found.items:
        item = whole[one.queue]
        level = item.service_level
        offered = level.accepted + level.abandoned + level.unserved
        sums = [sum(x) for x in (one.started, one.answered, one.within, one.offered, one.abandoned)]
        assert sums == [item.started, item.answered, level.within, offered, level.abandoned]


@given(seed=st.integers(0, 10_000))
@settings(
    max_examples=3, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
async def test_it_is_what_was_live(fresh_database: Fresh, seed: int) -> None:
    await _play(fresh_database, drawn(Random(seed), 60))


async def test_also_of_what_dice_seldom_bring_about(fresh_database: Fresh) -> None:
    await _play(fresh_database, scripted())


async def test_minute_by_minute_and_of_ones_queues_alone(floor: Floor) -> None:
    to_the_minute(floor)
    floor.clock.advance(10)
    first, second = await floor.start("chat"), await floor.start("chat")
    floor.clock.advance(60)
    await floor.done(AINO, Pick(conversation_id=first))
    floor.clock.advance(120)
    await floor.done(await floor.guest(second), CustomerEnd(conversation_id=second))
    floor.clock.advance(60)
    found = await course(floor, SAARA, 5)
    support = next(one for one in found.items if one.queue == SUPPORT)
    assert [at.second for at in found.at] == [0] * 5
    assert list(support.waiting) == [0, 2, 1, 1, 0]
    assert list(support.longest) == [None, 50, 110, 170, None]
    assert support.started == (0, 2, 0, 0, 0)
    assert support.answered == (0, 0, 1, 0, 0)
    assert (support.within, support.offered) == ((0, 0, 1, 0, 0), (0, 0, 1, 0, 1))
    assert support.abandoned == (0, 0, 0, 0, 1)
    assert [one.queue for one in (await course(floor, SULO, 5)).items] == [BILLING]
    assert (await course(floor, SULO, 5, (SUPPORT,))).items == ()
    assert [one.queue for one in (await course(floor, SAARA, 5, (SUPPORT,))).items] == [SUPPORT]
