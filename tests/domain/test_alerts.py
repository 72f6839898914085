"""Alert rules: each kind of condition, several together, and when the clock alone changes the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from valvomo.domain.alerts.answering import LOOK_AGAIN, Answer, answered, waits_until
from valvomo.domain.alerts.conditions import Condition, ConditionKind, lasts, of_conversations, unsound
from valvomo.domain.alerts.judging import Answer as Said
from valvomo.domain.alerts.judging import Seen, Verdict, judged, taken_back
from valvomo.domain.alerts.trial import Trial, Tried, unknowns
from valvomo.domain.attention.part import Part
from valvomo.domain.conversations.survey_form import SurveyKind
from valvomo.domain.sentiment.levels import Level
from valvomo.domain.sentiment.mood import Reading, mood_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOON + 9 * MINUTE
WAITS = Part(name="waiting", base=10, per_minute=10, since=NOON + MINUTE, cap=60)
LOW = mood_of([Reading(seq=one, score=-0.3 * one, level=Level.NEGATIVE, at=NOON) for one in (1, 2, 3)])


def answered_with(kind: str, score: int, at: datetime = NOON) -> Seen:
    return Seen(answer=Said(queue_id="q", kind=SurveyKind(kind), score=score, at=at))


def condition(kind: str, **more: Any) -> Condition:
    return Condition(kind=ConditionKind(kind), **more)


@pytest.mark.parametrize(
    ("one", "seen", "holds", "again"),
    [
        (condition("figure", name="in_queue", at_least=3), Seen(figures={"in_queue": 3}), True, None),
        (condition("figure", name="in_queue", at_least=3), Seen(figures={"in_queue": 2}), False, None),
        (condition("figure", name="agents_available", at_most=0), Seen(figures={"agents_available": 0}), True, None),
        (condition("figure", name="service_level", at_most=80), Seen(), False, None),
        (condition("figure", name="longest_wait", at_least=60), Seen(waits_since=NOON), False, NOON + MINUTE),
        (condition("figure", name="longest_wait", at_least=60), Seen(waits_since=NOON - MINUTE), True, None),
        (condition("figure", name="longest_wait", at_least=60), Seen(), False, None),
        (condition("figure", name="longest_wait", at_most=60), Seen(waits_since=NOON), True, NOON + MINUTE),
        (condition("attention", at_least=30), Seen(parts=(WAITS,)), False, NOON + 3 * MINUTE),
        (condition("attention", at_least=61), Seen(parts=(WAITS,)), False, None),
        (condition("attention", at_least=30), Seen(parts=(WAITS,), muted_until=NEVER), False, None),
        (condition("attention", at_least=30), Seen(parts=(WAITS,), muted_until=LATER), False, LATER),
        (condition("part", name="vip", at_least=1), Seen(parts=(WAITS, Part(name="vip", base=10))), True, None),
        (condition("part", name="mood", at_least=1), Seen(parts=(Part(name="vip", base=10),)), False, None),
        (condition("sentiment", level=Level.SLIGHTLY_NEGATIVE), Seen(mood=LOW), True, None),
        (condition("sentiment", level=Level.VERY_NEGATIVE), Seen(mood=LOW), False, None),
        (condition("sentiment", falling=True), Seen(mood=LOW), True, None),
        (condition("sentiment", level=Level.NEUTRAL), Seen(), False, None),
        (condition("event", events=("orphaned",), within=60), Seen(events={"orphaned": NOON}), True, NOON + MINUTE),
        (condition("event", events=("orphaned",), within=60), Seen(events={"orphaned": NOON - MINUTE}), False, None),
        (condition("event", events=("orphaned",)), Seen(events={"queued": NOON}), False, None),
        (condition("survey", name="csat", at_most=2, within=60), answered_with("csat", 2), True, NOON + MINUTE),
        (condition("survey", name="csat", at_most=2, within=60), answered_with("csat", 3), False, None),
        (condition("survey", name="nps", at_most=2, within=60), answered_with("csat", 2), False, None),
        (condition("survey", name="nps", at_most=0, within=60), answered_with("nps", 0), True, NOON + MINUTE),
        (condition("survey", name="csat", at_most=2, within=60), answered_with("csat", 1, NOON - MINUTE), False, None),
        (condition("survey", name="csat", at_most=2), Seen(), False, None),
    ],
)  # fmt: skip
def test_each_kind_of_condition(one: Condition, seen: Seen, holds: bool, again: datetime | None) -> None:
    assert judged([one], seen, NOON) == Verdict(holds, again)


def test_all_conditions_must_hold_and_the_first_change_is_waited_for() -> None:
    both = (condition("attention", at_least=30), condition("figure", name="longest_wait", at_least=60))
    seen = Seen(parts=(WAITS,), waits_since=NOON)
    assert judged(both, seen, NOON) == Verdict(holds=False, again_at=NOON + MINUTE)
    assert judged(both, seen, NOON + MINUTE) == Verdict(holds=False, again_at=NOON + 3 * MINUTE)
    assert judged(both, seen, NOON + 3 * MINUTE) == Verdict(holds=True)


def test_what_a_rule_is_about_and_whether_it_ends_by_itself() -> None:
    figure, event = condition("figure", name="in_queue", at_least=1), condition("event", events=("orphaned",))
    score = condition("attention", at_least=10)
    assert [of_conversations(some) for some in ((figure,), (figure, score), (event,))] == [False, True, True]
    assert [lasts(some) for some in ((figure,), (figure, score), (event, score))] == [True, True, False]


@pytest.mark.parametrize(
    ("conditions", "at"),
    [
        ((), "conditions"),
        ((condition("figure", name="luck", at_least=1),), "conditions.0.name"),
        ((condition("figure", name="in_queue"),), "conditions.0.at_least"),
        ((condition("figure", name="in_queue", at_least=1, at_most=2),), "conditions.0.at_least"),
        ((condition("attention", at_least=1), condition("attention")), "conditions.1.at_least"),
        ((condition("part", name="luck", at_least=1),), "conditions.0.name"),
        ((condition("sentiment"),), "conditions.0.level"),
        ((condition("event"),), "conditions.0.events"),
        ((condition("event", events=("orphaned", "luck")),), "conditions.0.events"),
        ((condition("survey", name="off", at_most=1),), "conditions.0.name"),
        ((condition("survey", name="csat"),), "conditions.0.at_most"),
        ((condition("survey", name="csat", at_most=0),), "conditions.0.at_most"),
        ((condition("survey", name="nps", at_most=11),), "conditions.0.at_most"),
        (
            (condition("survey", name="nps", at_most=6), condition("attention", at_least=1)),
            "conditions.1.kind",
        ),
        (
            (condition("sentiment", falling=True), condition("survey", name="nps", at_most=6)),
            "conditions.1.kind",
        ),
    ],
)
def test_conditions_that_say_too_little_are_found(conditions: tuple[Condition, ...], at: str) -> None:
    fault = unsound(conditions)
    assert fault is not None
    assert fault[0] == at


def test_a_survey_goes_with_figures_and_with_nothing_else_of_the_conversation() -> None:
    low = condition("survey", name="csat", at_most=2)
    assert unsound((low, condition("figure", name="csat", at_most=3))) is None
    assert of_conversations((low,))
    assert not lasts((low,))


@pytest.mark.parametrize(("score", "back"), [(1, False), (2, False), (3, True)])
def test_an_answer_that_is_changed_for_the_better_is_taken_back(score: int, back: bool) -> None:
    low = (condition("survey", name="csat", at_most=2),)
    assert taken_back(low, answered_with("csat", score).answer) is back
    assert not taken_back(low, None)
    assert not taken_back(SCORED, answered_with("csat", score).answer)
    over = answered(low, holds=False, applies=True, here="here", former="here", taken_back=back)
    assert over == Answer("no_longer" if back else None, raises=False)


EVENT = (condition("event", events=("orphaned",)),)
SCORED = (condition("attention", at_least=30),)


@pytest.mark.parametrize(
    ("conditions", "case", "answer"),
    [
        (SCORED, (True, True, None), Answer(None, raises=True)),
        (SCORED, (False, True, None), Answer(None, raises=False)),
        (SCORED, (True, True, "here"), Answer(None, raises=False)),
        (SCORED, (False, True, "here"), Answer("no_longer", raises=False)),
        (EVENT, (False, True, "here"), Answer(None, raises=False)),
        (SCORED, (True, True, "there"), Answer("moved", raises=True)),
        (SCORED, (False, True, "there"), Answer("moved", raises=False)),
        (EVENT, (False, True, "there"), Answer("moved", raises=True, stays=True)),
        (EVENT, (False, False, "there"), Answer("moved", raises=False)),
    ],
)
def test_what_becomes_of_a_verdict(
    conditions: tuple[Condition, ...], case: tuple[bool, bool, str | None], answer: Answer
) -> None:
    holds, applies, former = case
    assert answered(conditions, holds=holds, applies=applies, here="here", former=former) == answer


def test_raising_waits_for_cool_downs_and_quiet_hours_but_not_for_what_went_along() -> None:
    assert waits_until(NOON, LATER, quiet=False, stays=False) == LATER
    assert waits_until(LATER, LATER, quiet=False, stays=False) is None
    assert waits_until(NOON, None, quiet=True, stays=False) == NOON + LOOK_AGAIN
    assert waits_until(NOON, None, quiet=True, stays=True) is None


def test_a_trial_cools_down_and_waits_out_quiet_hours() -> None:
    seen, nothing = Seen(parts=(Part(name="vip", base=40),)), Seen()
    trial = Trial(Tried(conditions=SCORED, cool_down=5 * MINUTE, quiet=lambda at: at < NOON + MINUTE))
    trial.conversation("one", "here", seen, NOON)
    assert (trial.raised, trial.due()) == ([], (NOON + LOOK_AGAIN, "one"))
    trial.conversation("one", "here", seen, NOON + MINUTE)
    trial.conversation("one", "here", nothing, NOON + 2 * MINUTE)
    trial.conversation("one", "here", seen, NOON + 3 * MINUTE)
    assert trial.due() == (NOON + 7 * MINUTE, "one")
    trial.conversation("one", "here", seen, NOON + 7 * MINUTE)
    trial.gone("one", LATER)
    assert [(one.at, one.until, one.cause) for one in trial.raised] == [
        (NOON + MINUTE, NOON + 2 * MINUTE, "no_longer"), (NOON + 7 * MINUTE, LATER, "closed"),
    ]  # fmt: skip


def test_conversations_are_looked_at_while_the_figures_hold_and_where_the_rule_looks() -> None:
    both = (condition("figure", name="in_queue", at_least=2), *SCORED)
    trial = Trial(Tried(conditions=both, queues=frozenset({"here"})))
    seen = Seen(parts=(Part(name="vip", base=40),))
    trial.conversation("one", "here", seen, NOON)
    assert trial.queue("here", Seen(figures={"in_queue": 2}), NOON)
    assert not trial.queue("here", Seen(figures={"in_queue": 3}), NOON)
    trial.conversation("one", "here", seen, NOON + MINUTE)
    trial.queue("there", Seen(figures={"in_queue": 9}), NOON)
    trial.conversation("two", "there", seen, NOON + MINUTE)
    assert [(one.conversation_id, one.at) for one in trial.raised] == [("one", NOON + MINUTE)]
    assert trial.queue("here", Seen(figures={"in_queue": 1}), LATER)
    trial.conversation("one", "here", seen, LATER)
    assert trial.raised[0].cause == "no_longer"


def test_what_a_trial_cannot_know_is_named() -> None:
    assert unknowns(EVENT, quiet_hours=False, mood_seen=True) == ("nobody_clears",)
    assert unknowns(SCORED, quiet_hours=True, mood_seen=False) == ("no_mood", "quiet_hours_now")
    few = (condition("figure", name="agents_available", at_most=1),)
    assert unknowns(few, quiet_hours=False, mood_seen=True) == ()
    low = (condition("sentiment", falling=True),)
    assert unknowns(low, quiet_hours=False, mood_seen=True) == ("mood_of_then",)
    assert (
        unknowns((condition("figure", name="in_queue", at_least=1),), quiet_hours=False, mood_seen=True) == ()
    )
