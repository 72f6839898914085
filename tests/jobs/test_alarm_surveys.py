"""A single low answer to a survey raises an alert, though its conversation is over; a better one takes it back."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from sample_floor import AATU, AINO, BILLING, SAARA, SUPPORT, Floor
from sample_surveys import answer, ask, ended

from valvomo.bus.local import LocalBus
from valvomo.commands.alerts.attending import ClearAlert
from valvomo.commands.conversations.serve import Complete
from valvomo.commands.settings.alert_rules import AlertRule
from valvomo.commands.settings.resources import CreateResource
from valvomo.db.doorbell import Doorbell
from valvomo.domain.alerts.conditions import Condition, ConditionKind
from valvomo.jobs.alarms import Alarms

pytestmark = pytest.mark.slow

LOW = Condition(kind=ConditionKind.SURVEY, name="csat", at_most=2, within=300)
_numbers = itertools.count(1)
BUSY = Condition(kind=ConditionKind.FIGURE, name="in_queue", at_least=1)


def alarms(floor: Floor) -> Alarms:
    return Alarms(floor.database, floor.executor, Doorbell(LocalBus()), floor.clock)


async def rule(floor: Floor, *conditions: Condition, **more: Any) -> None:
    new = AlertRule(name=f"Unhappy {next(_numbers)}", conditions=conditions or (LOW,), **more)
    await floor.done(AATU, CreateResource(resource=new))


async def raised(floor: Floor) -> list[tuple[str, str | None, str | None]]:
    rows = await floor.sql("SELECT * FROM alerts ORDER BY raised_at, id")
    return [(row["queue_id"], row["conversation_id"], row["cleared_as"]) for row in rows]


@pytest.fixture
async def asking(floor: Floor) -> Floor:
    await ask(floor)
    return floor


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize(("score", "raises"), [(1, True), (2, True), (3, False), (5, False)])
async def test_up_to_the_threshold_of_the_rule(asking: Floor, closed: bool, score: int, raises: bool) -> None:
    await rule(asking)
    one, job = await ended(asking, closed=closed), alarms(asking)
    await job.round()
    await answer(asking, one, score)
    await job.round()
    assert await raised(asking) == ([(SUPPORT, one, None)] if raises else [])


async def test_it_outlives_its_conversation_until_somebody_clears_it(asking: Floor) -> None:
    await rule(asking, cool_down=60)
    one, job = await ended(asking, closed=False), alarms(asking)
    await job.round()
    await answer(asking, one, 1)
    await job.round()
    assert await raised(asking) == [(SUPPORT, one, None)]
    await asking.done(AINO, Complete(conversation_id=one))
    await job.round()
    asking.clock.advance(3600)
    await job.round()
    await alarms(asking).round()
    assert await raised(asking) == [(SUPPORT, one, None)], "by time, or by another process, it is not over"
    (alert,) = await asking.sql("SELECT id FROM alerts")
    await asking.done(SAARA, ClearAlert(alert_id=alert["id"]))
    await job.round()
    assert await raised(asking) == [(SUPPORT, one, "by_hand")]


async def test_answered_and_closed_at_once_it_is_raised(asking: Floor) -> None:
    await rule(asking)
    one, job = await ended(asking, closed=False), alarms(asking)
    await job.round()
    await answer(asking, one, 1)
    await asking.done(AINO, Complete(conversation_id=one))
    await job.round()
    assert await raised(asking) == [(SUPPORT, one, None)]


async def test_a_better_answer_takes_it_back_and_a_worse_one_raises_it_later(asking: Floor) -> None:
    await rule(asking, cool_down=60)
    one, job = await ended(asking), alarms(asking)
    await job.round()
    await answer(asking, one, 1)
    await job.round()
    asking.clock.advance(1000)
    await job.round()
    await answer(asking, one, 5)
    await job.round()
    assert await raised(asking) == [(SUPPORT, one, "no_longer")]
    await answer(asking, one, 2)
    pause = await job.round()
    assert pause == pytest.approx(60), "its rule cools down"
    asking.clock.advance(60)
    await job.round()
    assert await raised(asking) == [(SUPPORT, one, "no_longer"), (SUPPORT, one, None)]


async def test_an_answer_while_nobody_judged_is_not_missed(asking: Floor) -> None:
    await rule(asking)
    one = await ended(asking)
    await alarms(asking).round()
    await answer(asking, one, 1)
    asking.clock.advance(900)
    await alarms(asking).round()
    assert await raised(asking) == [(SUPPORT, one, None)]


async def test_figures_and_queues_count_and_others_stay_out(asking: Floor) -> None:
    await rule(asking, LOW, BUSY)
    await rule(asking, queues=(BILLING,))
    await rule(asking, Condition(kind=ConditionKind.SURVEY, name="nps", at_most=10))
    one, job = await ended(asking), alarms(asking)
    await job.round()
    await answer(asking, one, 1)
    await job.round()
    assert await raised(asking) == []
    asking.clock.advance(200)
    await asking.start("chat")
    await job.round()
    assert await raised(asking) == [(SUPPORT, one, None)]


async def test_what_is_known_of_answers_is_forgotten_in_time(asking: Floor) -> None:
    await rule(asking)
    job = alarms(asking)
    await job.round()
    for closed, score in ((True, 1), (True, 5), (False, 3)):
        await answer(asking, await ended(asking, closed=closed), score)
        await job.round()
    for row in await asking.sql("SELECT id FROM conversations WHERE state <> 'closed'"):
        await asking.done(AINO, Complete(conversation_id=row["id"]))
    await job.round()
    asking.clock.advance(301)
    await job.round()
    (watch,) = job._watches.values()
    assert watch._sight.answers == {}
    assert len(await raised(asking)) == 1
