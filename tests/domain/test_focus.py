"""Focus time: what a desk reports, by the server's clock, within stretches of talk and wrap-up, no moment twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import accepted, closed, waiting, wrap_up
from sample_waiting import NOON

from valvomo.domain.conversations.model import Channel
from valvomo.domain.figures import sums
from valvomo.domain.figures.entries import Counter
from valvomo.domain.figures.focus import (
    MOST_SECONDS,
    Looked,
    Stretch,
    Told,
    looked,
    merged,
    stretch_now,
    stretches,
)
from valvomo.domain.figures.sums import Sums
from valvomo.domain.refusals import Reason, Refusal


def after(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def told(ago: float, seconds: float, conversation_id: str = "c") -> Told:
    return Told(conversation_id=conversation_id, ago=ago, seconds=seconds)


def test_spans_are_told_backwards_and_counted_in_order() -> None:
    assert looked([told(10, 10, "b"), told(30, 20, "a")], NOON, None) == [
        Looked("a", (after(-30), after(-10))),
        Looked("b", (after(-10), NOON)),
    ]


@pytest.mark.parametrize("reported", [-29, -15, -1])
def test_what_seems_to_be_reported_already_is_not_counted_again(reported: float) -> None:
    assert looked([told(30, 30)], NOON, after(reported)) == [Looked("c", (after(reported), NOON))]
    assert looked([told(30, 0.5)], NOON, after(reported)) == []


def test_a_report_after_one_that_was_long_under_way_is_no_fault_of_the_desk() -> None:
    first = [told(30, 30)]
    under_way = 25
    (before,) = looked(first, after(under_way), None)  # type: ignore[misc]
    assert looked([told(26, 26)], after(under_way + 1), before.span[1]) == [
        Looked("c", (after(under_way), after(under_way + 1)))
    ]


@pytest.mark.parametrize(
    ("spans", "reported"),
    [
        ([told(MOST_SECONDS + 1, 10)], None),
        ([told(0, 10)], None),
        ([told(-5, 5)], None),
        ([told(10, 0)], None),
        ([told(10, -1)], None),
        ([told(float("nan"), 1)], None),
        ([told(10, float("nan"))], None),
        ([told(float("inf"), 1)], None),
        ([told(10, 11)], None),
        ([told(30, 20), told(20, 10)], None),
        ([told(30, 20), told(20, 10)], after(-5)),
    ],
)
def test_what_cannot_have_been_is_malformed(spans: list[Told], reported: datetime | None) -> None:
    found = looked(spans, NOON, reported)
    assert isinstance(found, Refusal)
    assert found.reason is Reason.MALFORMED


seconds = st.floats(min_value=-10, max_value=MOST_SECONDS + 10, allow_nan=False)
conversations = st.sampled_from("abc")


@given(st.lists(st.builds(told, seconds, seconds, conversations), max_size=6), st.none() | seconds)
def test_no_moment_counts_twice_whatever_is_reported(spans: list[Told], ago: float | None) -> None:
    reported = None if ago is None else after(-ago)
    found = looked(spans, NOON, reported)
    if isinstance(found, Refusal):
        return
    marks = [moment for one in found for moment in one.span]
    assert marks == sorted(marks)
    assert all(since < until for since, until in (one.span for one in found))
    assert all(after(-MOST_SECONDS) <= one <= NOON for one in marks)
    assert reported is None or all(one >= reported for one in marks)
    again = looked(spans, NOON, marks[-1]) if marks else []
    assert again == []


edges = st.lists(st.integers(min_value=0, max_value=500), max_size=9, unique=True).map(sorted)


@given(edges, edges, st.booleans())
def test_what_is_merged_is_every_moment_that_is_in_a_span_and_in_a_stretch(
    of_spans: list[int], of_stretches: list[int], going: bool
) -> None:
    spans = [(after(a), after(b)) for a, b in zip(of_spans[::2], of_spans[1::2], strict=False)]
    pairs = list(zip(of_stretches[::2], of_stretches[1::2], strict=False))
    served = [Stretch(after(a), after(b)) for a, b in pairs]
    if going and pairs:
        served[-1] = Stretch(served[-1].since)
    now = after(500)
    found = merged(spans, served, now)
    for one in served:
        expected = sum(
            1
            for second in range(500)
            if one.since <= after(second) < (one.until or now)
            and any(since <= after(second) < until for since, until in spans)
        )
        assert found.get(one.since, 0) == expected * 1000
    assert set(found) <= {one.since for one in served}


def test_stretches_are_those_that_handle_time_is_made_of() -> None:
    first = replace(accepted(Channel.LIVE_CHAT), accepted_at=after(10))
    parked = replace(waiting(Channel.PERSISTENT_CHAT), owner_id=first.owner_id)
    resumed = replace(first, accepted_at=after(60))
    ending = replace(wrap_up(Channel.LIVE_CHAT), owner_id=first.owner_id, wrap_up_at=after(90))
    over = closed(Channel.LIVE_CHAT)
    steps = [(first, 10), (first, 20), (parked, 40), (resumed, 60), (ending, 90), (over, 100)]
    mine = [(one, after(at)) for one, at in steps]
    assert first.owner_id is not None
    found = [Stretch(after(10), after(40)), Stretch(after(60), after(90)), Stretch(after(90), after(100))]
    assert stretches(mine, first.owner_id) == found
    assert stretches(mine[:2], first.owner_id) == [Stretch(after(10))]
    assert stretches(mine, "somebody") == []
    assert stretch_now(parked, first.owner_id) is None


def test_focus_time_by_its_formulas() -> None:
    of = Sums()
    assert (sums.focus_time(of), sums.focus_share(of)) == (None, None)
    assert (sums.own_focus_time(of), sums.own_focus_share(of)) == (None, None)
    of.counts.update({Counter.HANDLED: 2, Counter.SERVED: 4})
    of.ms.update({Counter.HANDLED: 100_000, Counter.TALK: 60_000, Counter.WRAP_UP: 20_000})
    assert (sums.focus_time(of), sums.own_focus_time(of)) == (None, None)
    of.ms.update({Counter.HANDLED_FOCUS: 50_000, Counter.FOCUS: 20_000})
    assert (sums.focus_time(of), sums.focus_share(of)) == (25.0, 0.5)
    assert (sums.own_focus_time(of), sums.own_focus_share(of)) == (5.0, 0.25)
