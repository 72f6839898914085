"""What a rule would have raised is what it raised: a trial over the past against the alarms that judged it live."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from sample_databases import Fresh
from sample_floor import AATU, AINO, HOUSE, SAARA, SUPPORT, Floor
from sample_steps import drawn, take
from sample_surveys import answer, ask, ended

from valvomo.bus.local import LocalBus
from valvomo.commands.conversations.ask import AskSupervisor
from valvomo.commands.conversations.serve import Complete, Pick
from valvomo.commands.settings.alert_rules import AlertRule
from valvomo.commands.settings.kinds import OpeningHours
from valvomo.commands.settings.queues import ChangeQueue
from valvomo.commands.settings.resources import CreateResource
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor
from valvomo.domain.alerts.conditions import Condition, ConditionKind
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.hours import Span
from valvomo.domain.sentiment.levels import Level
from valvomo.jobs.alarms import Alarms
from valvomo.jobs.recorder import Recorder
from valvomo.live.replay.rule_trials import RuleTrials
from valvomo.protocol.alert_trials import AlertTrialProgress, AlertTrialResult, TryAlertRuleRequest
from valvomo.protocol.alerts import ConditionBody

pytestmark = pytest.mark.slow

SCORE = Condition(kind=ConditionKind.ATTENTION, at_least=30)
ASKED = Condition(kind=ConditionKind.EVENT, events=("supervisor_asked", "orphaned"), within=120)
BUSY = Condition(kind=ConditionKind.FIGURE, name="in_queue", at_least=1)
RULES = (
    (SCORE,),
    (ASKED,),
    (Condition(kind=ConditionKind.FIGURE, name="longest_wait", at_least=90),),
    (Condition(kind=ConditionKind.FIGURE, name="agents_available", at_most=1), BUSY),
    (BUSY, Condition(kind=ConditionKind.ATTENTION, at_least=15)),
    (Condition(kind=ConditionKind.SENTIMENT, level=Level.SLIGHTLY_NEGATIVE),),
    (Condition(kind=ConditionKind.PART, name="silent", at_least=5),),
    (Condition(kind=ConditionKind.FIGURE, name="service_level", at_most=90),),
)
TIME_GOES = ("time", "minute", "minutes", "long", "forgotten", "agent_goes", "overflow", "lapses")
"""Acts during which the clock moves on: live alarms would look at what they are made of together, and later."""

Told = set[tuple[str, str | None, datetime, datetime | None, str | None]]


def recorder(floor: Floor) -> Recorder:
    return Recorder(floor.database, floor.clock, "recorder-1", days=90)


def request(conditions: tuple[Condition, ...], **more: Any) -> TryAlertRuleRequest:
    bodies = msgspec.convert(msgspec.to_builtins(conditions), tuple[ConditionBody, ...])
    return TryAlertRuleRequest(conditions=bodies, **more)


async def tried(
    floor: Floor, conditions: tuple[Condition, ...], actor: Actor = AATU, *, seconds: float = 60, **more: Any
) -> AlertTrialResult:
    trials = RuleTrials(floor.database, floor.clock, seconds)
    trial = await trials.begin(actor, request(conditions, **more), conditions)
    assert not isinstance(trial, Refusal), trial
    lines = [line async for line in trials.lines(trial, quiet_hours="quiet_hours_id" in more)]
    last = lines.pop()
    assert isinstance(last, AlertTrialResult)
    assert all(isinstance(one, AlertTrialProgress) for one in lines)
    return last


def told(found: AlertTrialResult) -> Told:
    return {
        (one.queue.id, one.conversation.id if one.conversation else None, one.at, one.until, one.cause)
        for one in found.items
    }


async def raised(floor: Floor, rule: str) -> Told:
    rows = await floor.sql("SELECT * FROM alerts WHERE rule_id = $1", rule)
    return {
        (one["queue_id"], one["conversation_id"], one["raised_at"], one["cleared_at"], one["cleared_as"])
        for one in rows
    }


async def pass_time(floor: Floor, job: Alarms, seconds: float) -> None:
    """The clock goes on, and the alarms look whenever they said that they would have to."""
    while seconds > 0:
        pause = await job.round()
        stride = seconds if pause is None else min(seconds, max(pause, 0.001))
        floor.clock.advance(stride)
        seconds -= stride
    await job.round()


async def _life(fresh_database: Fresh, seed: int) -> None:
    async with fresh_database() as database:
        floor, dice = await Floor.open(database), Random(seed)
        await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
        ids = []
        for number, conditions in enumerate(RULES):
            new = AlertRule(name=f"Rule {number}", conditions=conditions, cool_down=60)
            ids.append(str((await floor.done(AATU, CreateResource(resource=new))).result["id"]))
        job = Alarms(database, floor.executor, Doorbell(LocalBus()), floor.clock)
        begun: list[str] = []
        await job.round()
        for step in drawn(dice, 90):
            if step.what not in TIME_GOES:
                floor.clock.advance(0.001)
                await take(floor, step, begun)
                await job.round()
            if dice.random() < 0.3:
                await pass_time(floor, job, dice.choice((5, 45, 200)))
        found = 0
        for rule, conditions in zip(ids, RULES, strict=True):
            live = await raised(floor, rule)
            assert told(await tried(floor, conditions, cool_down=60)) == live, conditions
            found += len(live)
        assert found > 10, "the life must have something in it"


@pytest.mark.parametrize("seed", [2, 5, 10])
async def test_a_trial_finds_what_was_raised_and_when_it_was_over(fresh_database: Fresh, seed: int) -> None:
    await _life(fresh_database, seed)


async def test_what_held_when_the_trial_begins_is_told_as_such_and_what_was_before_is_not(
    floor: Floor,
) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    early = await floor.start("chat")
    over = await floor.start("chat")
    floor.clock.advance(300)
    await floor.done(AINO, Pick(conversation_id=over))
    floor.clock.advance(25 * 3600)
    await floor.start("chat")
    floor.clock.advance(600)
    found = await tried(floor, (SCORE,), days=1)
    assert [(one.already, one.until) for one in found.items] == [(True, None), (False, None)]
    assert found.items[0].conversation
    assert found.items[0].conversation.id == early
    assert (found.count, found.whole, found.since) == (2, True, floor.clock() - timedelta(days=1))
    assert len((await tried(floor, (SCORE,), days=2)).items) == 3


async def test_what_had_just_happened_when_it_begins_counts(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    one = await floor.accepted("chat")
    await floor.done(AINO, AskSupervisor(conversation_id=one))
    floor.clock.advance(24 * 3600 + 100)
    assert [each.already for each in (await tried(floor, (ASKED,), days=1)).items] == [True]
    floor.clock.advance(100)
    assert (await tried(floor, (ASKED,), days=1)).items == ()


async def test_settings_count_as_they_were(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    rule = (Condition(kind=ConditionKind.PART, name="waiting", at_least=10),)
    await floor.start("chat")
    floor.clock.advance(61)
    await floor.done(AATU, ChangeQueue(queue_id=SUPPORT, service_level_seconds=600, name="Help"))
    floor.clock.advance(60)
    (one,) = (await tried(floor, rule)).items
    assert (one.at, one.until, one.cause) == (
        floor.clock() - timedelta(seconds=61), floor.clock() - timedelta(seconds=60), "no_longer",
    )  # fmt: skip
    assert one.queue.name == "Help"


async def test_answers_to_surveys_raise_in_a_trial_as_they_do_live(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    await ask(floor)
    low = Condition(kind=ConditionKind.SURVEY, name="csat", at_most=2, within=120)
    new = AlertRule(name="Low", conditions=(low,), cool_down=60)
    rule = str((await floor.done(AATU, CreateResource(resource=new))).result["id"])
    job = Alarms(floor.database, floor.executor, Doorbell(LocalBus()), floor.clock)
    await job.round()
    closed, wrapped = await ended(floor), await ended(floor, closed=False)
    steps = ((closed, 1), (wrapped, 2), (closed, 4), (wrapped, 1), (closed, 1), (closed, 5), (closed, 2))
    for one, score in steps:
        await pass_time(floor, job, 45)
        await answer(floor, one, score)
        await job.round()
    await floor.done(AINO, Complete(conversation_id=wrapped))
    await pass_time(floor, job, 400)
    found = await tried(floor, (low,), SAARA, cool_down=60)
    assert told(found) == await raised(floor, rule)
    assert [(one.conversation.id, one.cause) for one in found.items if one.conversation] == [
        (closed, "no_longer"), (wrapped, None), (closed, "no_longer"), (closed, None),
    ]  # fmt: skip
    assert {one.conversation.name for one in found.items if one.conversation} == {"Kaisa"}
    assert "nobody_clears" in found.unknown
    hidden = await tried(floor, (low,), AATU, cool_down=60)
    assert {one.conversation.name for one in hidden.items if one.conversation} == {""}


async def test_quiet_hours_and_queues_hold(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    always = {day: (Span(0, 1440),) for day in range(7)}
    hours = OpeningHours(name="Night", time_zone="Europe/Helsinki", region="", weekly=always, special={})
    made = str((await floor.done(AATU, CreateResource(resource=hours))).result["id"])
    await floor.start("chat")
    floor.clock.advance(600)
    assert (await tried(floor, (SCORE,))).count == 1
    quiet = await tried(floor, (SCORE,), quiet_hours_id=made)
    assert (quiet.count, quiet.unknown) == (0, ("no_mood", "quiet_hours_now"))
    assert (await tried(floor, (SCORE,), queues=("billing",))).count == 0


async def test_names_are_told_to_who_may_see_the_conversation(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    await floor.start("chat")
    floor.clock.advance(600)
    for actor, name in ((AATU, ""), (SAARA, "Kaisa")):
        (one,) = (await tried(floor, (SCORE,), actor)).items
        assert one.conversation
        assert one.conversation.name == name


async def test_it_ends_when_its_time_is_over_and_says_how_far_it_got(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    first = await floor.start("chat")
    # More than is read together.
    guest = await floor.guest(first)
    for number in range(600):
        floor.clock.advance(1)
        await floor.write(guest, first, f"Line {number}")
    found = await tried(floor, (SCORE,), seconds=0)
    assert not found.whole
    assert found.since < found.until < floor.clock()


async def test_one_at_a_time_and_only_what_there_is(floor: Floor) -> None:
    await recorder(floor)._as_stored(HOUSE, (0, floor.clock()))
    trials = RuleTrials(floor.database, floor.clock)
    trial = await trials.begin(AATU, request((SCORE,)), (SCORE,))
    assert not isinstance(trial, Refusal)
    lines = trials.lines(trial, quiet_hours=False)
    await anext(lines)
    second = await trials.begin(replace(AATU, id="another"), request((SCORE,)), (SCORE,))
    assert isinstance(second, Refusal)
    assert second.reason is Reason.ALERT_TRIAL_RUNNING
    await lines.aclose()
    assert not isinstance(await trials.begin(AATU, request((SCORE,)), (SCORE,)), Refusal)
    nowhere = await trials.begin(AATU, request((SCORE,), quiet_hours_id="nobody"), (SCORE,))
    assert isinstance(nowhere, Refusal)
    assert nowhere.reason is Reason.UNKNOWN_TARGET
    nothing = await trials.begin(AATU, request((SCORE,)), ())
    assert isinstance(nothing, Refusal)
    assert nothing.reason is Reason.MALFORMED
