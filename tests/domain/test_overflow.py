"""Overflow: which rule applies when, that moves never go round in circles, and that nobody is sent off in silence."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.routing.hours import Hours, Span
from valvomo.domain.routing.overflow import (
    BY_THE_CLOCK,
    OverflowRule,
    Place,
    Remedy,
    Trigger,
    Waiter,
    entering,
    overflow,
    text_for,
    unsound,
)

MONDAY = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NIGHT = MONDAY.replace(hour=20)
DAYTIME = Hours(id="h", name="Day", zone=UTC, weekly={day: (Span(8 * 60, 16 * 60),) for day in range(5)})
SORRY = {"en": "Sorry", "fi": "Pahoittelut"}


def rule(trigger: Trigger, remedy: Remedy, over: int = 0, **more: Any) -> OverflowRule:
    return replace(OverflowRule(trigger=trigger, remedy=remedy, over=over, texts=SORRY), **more)


def place(one: str, *rules: OverflowRule, **more: Any) -> Place:
    return replace(Place(id=one, name=one, kind="messaging", overflow=rules), **more)


def table(*places: Place) -> dict[str, Place]:
    return {one.id: one for one in places}


@pytest.mark.parametrize(
    ("trigger", "over", "waiting", "at", "expected"),
    [
        (Trigger.CLOSED, 0, 0, MONDAY, False),
        (Trigger.CLOSED, 0, 0, NIGHT, True),
        (Trigger.LENGTH, 3, 2, MONDAY, False),
        (Trigger.LENGTH, 3, 3, MONDAY, True),
        (Trigger.WAIT, 60, 0, MONDAY + timedelta(seconds=59), False),
        (Trigger.WAIT, 60, 0, MONDAY + timedelta(seconds=60), True),
    ],
)
def test_triggers(trigger: Trigger, over: int, waiting: int, at: datetime, *, expected: bool) -> None:
    queue = place("q", rule(trigger, Remedy.MESSAGE, over), hours=DAYTIME, waiting=waiting)
    since = at if trigger is not Trigger.WAIT else MONDAY
    assert (overflow(queue, Waiter(since=since), table(queue), at) is not None) is expected


def test_a_rule_applies_once() -> None:
    queue = place("q", rule(Trigger.WAIT, Remedy.MESSAGE, 60))
    at = MONDAY + timedelta(minutes=5)
    found = overflow(queue, Waiter(since=MONDAY), table(queue), at)
    assert found is not None
    again = Waiter(since=MONDAY, applied=frozenset({found.key}))
    assert overflow(queue, again, table(queue), at) is None


@pytest.mark.parametrize(
    "to",
    [
        {"members": 0},
        {"kind": "record"},
        {"hours": replace(DAYTIME, weekly={})},
    ],
)
def test_a_queue_that_cannot_help_is_passed_by(to: dict[str, object]) -> None:
    queue = place(
        "q",
        rule(Trigger.LENGTH, Remedy.QUEUE, 1, queue_id="other"),
        rule(Trigger.LENGTH, Remedy.MESSAGE, 1),
        waiting=1,
    )
    found = overflow(queue, Waiter(since=MONDAY), table(queue, place("other", **to)), MONDAY)
    assert found is not None
    assert found.rule.remedy is Remedy.MESSAGE


def test_entering_follows_moves_and_ends_with_a_close() -> None:
    a = place("a", rule(Trigger.LENGTH, Remedy.QUEUE, 1, queue_id="b"), waiting=1)
    b = place(
        "b", rule(Trigger.LENGTH, Remedy.MESSAGE, 1), rule(Trigger.LENGTH, Remedy.CLOSE, 1), waiting=5,
    )  # fmt: skip
    steps = entering(a, MONDAY, table(a, b))
    assert [one.rule.remedy for one in steps] == [Remedy.QUEUE, Remedy.MESSAGE, Remedy.CLOSE]


def test_two_queues_that_point_at_each_other_do_not_go_round() -> None:
    a = place("a", rule(Trigger.LENGTH, Remedy.QUEUE, 1, queue_id="b"), waiting=1)
    b = place("b", rule(Trigger.LENGTH, Remedy.QUEUE, 1, queue_id="a"), waiting=1)
    assert [one.to.id for one in entering(a, MONDAY, table(a, b)) if one.to] == ["b"]


@pytest.mark.parametrize("trigger", Trigger)
def test_who_was_served_is_never_sent_away(trigger: Trigger) -> None:
    rules = [rule(trigger, remedy, 1) for remedy in (Remedy.CLOSE, Remedy.MESSAGE)]
    queue = place("q", *rules, hours=DAYTIME, waiting=5)
    for served, expected in ((False, Remedy.CLOSE), (True, Remedy.MESSAGE)):
        found = overflow(queue, Waiter(since=MONDAY, served=served), table(queue), NIGHT)
        assert found is not None
        assert found.rule.remedy is expected


def test_who_was_served_comes_through_every_queue_on_the_way() -> None:
    a = place("a", rule(Trigger.LENGTH, Remedy.QUEUE, 1, queue_id="b"), waiting=1)
    b = place(
        "b", rule(Trigger.LENGTH, Remedy.CLOSE, 1), rule(Trigger.LENGTH, Remedy.MESSAGE, 1), waiting=5,
    )  # fmt: skip
    steps = entering(a, MONDAY, table(a, b), served=True)
    assert [one.rule.remedy for one in steps] == [Remedy.QUEUE, Remedy.MESSAGE]


QUEUES = ("a", "b", "c")
RULES = st.lists(
    st.builds(
        rule,
        st.sampled_from(Trigger),
        st.sampled_from(Remedy),
        st.integers(1, 3),
        queue_id=st.sampled_from(QUEUES),
    ),
    max_size=4,
)


@given(st.tuples(RULES, RULES, RULES), st.tuples(*[st.integers(0, 3)] * 3), st.booleans())
def test_whatever_the_rules_entering_ends(
    rules: tuple[list[OverflowRule], ...], waiting: tuple[int, ...], night: bool
) -> None:
    places = table(
        *(
            place(one, *mine, waiting=count, hours=DAYTIME)
            for one, mine, count in zip(QUEUES, rules, waiting, strict=True)
        )
    )
    steps = entering(places["a"], NIGHT if night else MONDAY, places)
    moves = [one.to.id for one in steps if one.to]
    assert len(set(moves)) == len(moves)
    assert "a" not in moves
    assert all(one.rule.remedy is not Remedy.CLOSE for one in steps[:-1])
    assert len({one.key for one in steps}) == len(steps)


def test_how_long_the_queue_is_matters_only_to_who_comes_into_it() -> None:
    queue = place("q", rule(Trigger.LENGTH, Remedy.CLOSE, 1), waiting=5)
    waiter = Waiter(since=MONDAY)
    assert overflow(queue, waiter, table(queue), MONDAY) is not None
    assert overflow(queue, waiter, table(queue), MONDAY, triggers=BY_THE_CLOCK) is None


@pytest.mark.parametrize(
    ("bad", "expected"),
    [
        (rule(Trigger.CLOSED, Remedy.CLOSE, texts={"en": "  "}), "0.texts"),
        (rule(Trigger.CLOSED, Remedy.MESSAGE, texts={}), "0.texts"),
        (rule(Trigger.LENGTH, Remedy.MESSAGE, 0), "0.over"),
        (rule(Trigger.CLOSED, Remedy.QUEUE, queue_id=None), "0.queue_id"),
        (rule(Trigger.CLOSED, Remedy.QUEUE, queue_id="own"), "0.queue_id"),
        (rule(Trigger.CLOSED, Remedy.QUEUE, queue_id="voice"), "0.queue_id"),
        (rule(Trigger.CLOSED, Remedy.QUEUE, queue_id="other"), None),
        (rule(Trigger.WAIT, Remedy.CLOSE, 60), None),
    ],
)
def test_rules_that_cannot_work_are_named(bad: OverflowRule, expected: str | None) -> None:
    known = {"own": "messaging", "other": "messaging", "voice": "voice"}
    assert unsound([bad], "own", known, "messaging") == expected


def test_words_are_in_the_customers_language_or_else_in_english() -> None:
    one = rule(Trigger.CLOSED, Remedy.CLOSE)
    assert [text_for(one, code) for code in ("fi", "sv")] == ["Pahoittelut", "Sorry"]
    assert text_for(replace(one, texts={"fi": "Pahoittelut"}), "sv") == "Pahoittelut"
