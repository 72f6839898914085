"""Alert rules: each kind of condition, several together, and when the clock alone changes the answer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from valvomo.domain.alerts.conditions import Condition, ConditionKind, lasts, of_conversations, unsound
from valvomo.domain.alerts.judging import Seen, Verdict, judged
from valvomo.domain.attention.part import Part
from valvomo.domain.sentiment.levels import Level
from valvomo.domain.sentiment.mood import Reading, mood_of

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NEVER = datetime.max.replace(tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATER = NOON + 9 * MINUTE
WAITS = Part(name="waiting", base=10, per_minute=10, since=NOON + MINUTE, cap=60)
LOW = mood_of([Reading(seq=one, score=-0.3 * one, level=Level.NEGATIVE, at=NOON) for one in (1, 2, 3)])


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
    ],
)
def test_conditions_that_say_too_little_are_found(conditions: tuple[Condition, ...], at: str) -> None:
    fault = unsound(conditions)
    assert fault is not None
    assert fault[0] == at
