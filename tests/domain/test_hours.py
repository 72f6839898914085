"""Opening hours against a clock that is looked at every minute, and the days on which clocks are changed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from valvomo.domain.routing.hours import (
    Hours,
    Span,
    is_open,
    misfit,
    next_closing,
    next_opening,
    open_seconds,
)

MINUTE = timedelta(minutes=1)
ALL_DAY = Span(0, 1440)
CHANGES = (
    # Ordinary days, and offsets that are no whole hours.
    ("Asia/Kathmandu", date(2026, 6, 10)),
    ("Asia/Kolkata", date(2026, 12, 31)),
    # An hour is left out, an hour comes twice.
    ("Europe/Helsinki", date(2026, 3, 29)),
    ("Europe/Helsinki", date(2026, 10, 25)),
    ("America/St_Johns", date(2026, 3, 8)),
    # Half an hour.
    ("Australia/Lord_Howe", date(2026, 4, 5)),
    ("Australia/Lord_Howe", date(2026, 10, 4)),
    # Midnight is left out, comes twice, or the last hour of a day does.
    ("America/Havana", date(2026, 3, 8)),
    ("America/Havana", date(2026, 11, 1)),
    ("Africa/Cairo", date(2026, 4, 24)),
    ("Africa/Cairo", date(2026, 10, 29)),
    # The clock is put back over midnight: a day is over, begins again, and is over again.
    ("America/St_Johns", date(2006, 10, 29)),
    # A whole day is left out.
    ("Pacific/Apia", date(2011, 12, 30)),
)


@cache
def clock(zone: str, day: date) -> tuple[datetime, list[datetime]]:
    """What a clock on the wall shows, each minute from four days before a day to five days after."""
    begin = datetime.combine(day, time(), tzinfo=UTC) - timedelta(days=4)
    minutes = (begin + number * MINUTE for number in range(9 * 1440))
    return begin, [one.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for one in minutes]


@dataclass
class Watched:
    """Hours, and for each minute around a day whether it is open; found by nothing but looking at the clock."""

    hours: Hours
    begin: datetime
    opened: list[bool]

    @classmethod
    def around(cls, hours: Hours, day: date) -> Watched:
        """From four days before to five days after; the first and the last of them are not asked for."""
        begin, shown = clock(str(hours.zone), day)
        opened = [False] * len(shown)
        for away in range(-3, 4):
            midnight = datetime.combine(day, time()) + timedelta(days=away)
            near = range((away + 3) * 1440, (away + 6) * 1440)
            for span in hours.spans(midnight.date()):
                start, end = midnight + span.start * MINUTE, midnight + span.end * MINUTE
                first = next(number for number in near if shown[number] >= start)
                last = max(number for number in near if shown[number] < end)
                for number in range(first, last + 1):
                    opened[number] = True
        return cls(hours, begin, opened)

    def at(self, number: int) -> datetime:
        return self.begin + number * MINUTE

    def next(self, number: int, *, opened: bool) -> datetime | None:
        """The first minute from this one on in which it is so, if it is among those that were looked at."""
        found = (one for one in range(number, MOST) if self.opened[one] is opened)
        return next((self.at(one) for one in found), None)


LEAST, MOST = 2 * 1440, 6 * 1440
"""Minutes of which everything is known."""


def days() -> st.SearchStrategy[tuple[Span, ...]]:
    """Spans that follow each other, some of them touching, many of them around what clocks are changed at."""
    often = st.sampled_from([0, 30, 60, 90, 120, 150, 180, 210, 240, 270, 1380, 1410, 1440])
    bounds = st.lists(often | st.integers(0, 1440), max_size=6, unique=True).map(sorted)

    def paired(found: list[int]) -> tuple[Span, ...]:
        return tuple(Span(start, end) for start, end in zip(found[::2], found[1::2], strict=False))

    def touching(found: list[int]) -> tuple[Span, ...]:
        return tuple(Span(start, end) for start, end in pairwise(found))

    ways: list[Callable[[list[int]], tuple[Span, ...]]] = [paired, touching]
    return st.one_of(st.just((ALL_DAY,)), *(bounds.map(one) for one in ways))


@st.composite
def watched(draw: st.DrawFn) -> Watched:
    zone, day = draw(st.sampled_from(CHANGES))
    weekly = draw(st.dictionaries(st.integers(0, 6), days(), min_size=1))
    near = st.integers(-3, 3).map(lambda number: day + timedelta(days=number))
    special = draw(st.dictionaries(near, days(), max_size=2))
    hours = Hours(id="h", name="H", zone=ZoneInfo(zone), weekly=weekly, special=special)
    return Watched.around(hours, day)


moments = st.integers(LEAST, MOST - 1)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(one=watched(), numbers=st.lists(moments, min_size=10, max_size=10))
def test_it_is_open_whenever_the_clock_says_so(one: Watched, numbers: list[int]) -> None:
    turns = [number for number in range(LEAST, MOST) if one.opened[number] is not one.opened[number - 1]]
    for number in [*numbers, *turns, *(number - 1 for number in turns)]:
        at = one.at(number)
        assert is_open(one.hours, at) is one.opened[number], at.astimezone(one.hours.zone)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(one=watched(), number=moments, seconds=st.integers(0, 59))
def test_what_is_next_is_when_it_turns(one: Watched, number: int, seconds: int) -> None:
    at = one.at(number) + timedelta(seconds=seconds)
    opening, closing = next_opening(one.hours, at), next_closing(one.hours, at)
    if one.opened[number]:
        assert opening == at
    elif (expected := one.next(number, opened=True)) is not None:
        assert opening == expected
        assert is_open(one.hours, expected)
        assert not is_open(one.hours, expected - timedelta(seconds=1))
    begins = one.next(number, opened=True)
    if begins is not None:
        ends = one.next(int((begins - one.begin) / MINUTE), opened=False)
        assert ends is None or closing == ends
    if closing is not None:
        assert not is_open(one.hours, closing)
        assert is_open(one.hours, closing - timedelta(seconds=1))


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(
    one=watched(), numbers=st.lists(moments, min_size=3, max_size=3).map(sorted), seconds=st.integers(0, 59)
)
def test_open_time_is_what_the_minutes_add_up_to(one: Watched, numbers: list[int], seconds: int) -> None:
    first, middle, last = numbers
    hours, between = one.hours, one.at(middle) + timedelta(seconds=seconds)
    assert open_seconds(hours, one.at(first), one.at(last)) == 60 * sum(one.opened[first:last])
    assert open_seconds(hours, one.at(first), between) + open_seconds(
        hours, between, one.at(last) + MINUTE
    ) == open_seconds(hours, one.at(first), one.at(last) + MINUTE)


def hours(zone: str, *spans: Span, special: Mapping[date, tuple[Span, ...]] | None = None) -> Hours:
    return Hours(
        id="h", name="H", zone=ZoneInfo(zone), weekly=dict.fromkeys(range(7), spans), special=special or {}
    )


def at(zone: str, text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold)


HELSINKI = "Europe/Helsinki"


@pytest.mark.parametrize(
    ("day", "span", "seconds"),
    [
        # 03:00 to 04:00 does not exist.
        ("2026-03-29", ALL_DAY, 23 * 3600),
        ("2026-03-29", Span(8 * 60, 16 * 60), 8 * 3600),
        ("2026-03-29", Span(2 * 60, 5 * 60), 2 * 3600),
        ("2026-03-29", Span(2 * 60, 3 * 60 + 30), 3600),
        ("2026-03-29", Span(3 * 60 + 30, 5 * 60), 3600),
        ("2026-03-29", Span(3 * 60, 4 * 60), 0),
        # 03:00 to 04:00 comes twice.
        ("2026-10-25", ALL_DAY, 25 * 3600),
        ("2026-10-25", Span(8 * 60, 16 * 60), 8 * 3600),
        ("2026-10-25", Span(3 * 60, 4 * 60), 2 * 3600),
        ("2026-10-25", Span(2 * 60, 3 * 60), 3600),
        ("2026-10-25", Span(4 * 60, 5 * 60), 3600),
    ],
)
def test_days_on_which_the_clock_is_changed(day: str, span: Span, seconds: int) -> None:
    begin = at(HELSINKI, f"{day}T00:00")
    assert open_seconds(hours(HELSINKI, span), begin, begin + timedelta(days=1)) == seconds


def test_times_that_touch_only_on_that_day_are_one() -> None:
    """03:00 is 04:00 when the clock is put forward."""
    early = hours(HELSINKI, Span(2 * 60, 3 * 60), Span(4 * 60, 5 * 60))
    assert next_closing(early, at(HELSINKI, "2026-03-29T02:30")) == datetime(2026, 3, 29, 2, 0, tzinfo=UTC)


def test_days_that_overlap_are_counted_once() -> None:
    """At 00:01 on 29 October 2006 the clock was put back to 23:01, so the last hour of Saturday came twice."""
    late = {date(2006, 10, 28): (Span(23 * 60 + 30, 23 * 60 + 50),), date(2006, 10, 29): (Span(0, 6 * 60),)}
    zone = "America/St_Johns"
    for special in (late, {date(2006, 10, 28): late[date(2006, 10, 28)]}):
        one = hours(zone, special=special)
        begins, midnight = at(zone, "2006-10-28T23:30"), at(zone, "2006-10-29T00:00")
        ends = at(zone, "2006-10-29T06:00") if len(special) == 2 else at(zone, "2006-10-28T23:50", fold=1)
        assert (is_open(one, midnight), next_closing(one, begins)) == (True, ends.astimezone(UTC))
        expected = ends.astimezone(UTC) - begins.astimezone(UTC)
        assert open_seconds(one, begins - timedelta(days=1), ends) == expected.total_seconds()


def test_the_same_wall_clock_all_year() -> None:
    office = hours(HELSINKI, Span(8 * 60, 16 * 60))
    assert next_opening(office, at(HELSINKI, "2026-03-28T17:00")) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)
    assert next_opening(office, at(HELSINKI, "2026-10-24T17:00")) == datetime(2026, 10, 25, 6, 0, tzinfo=UTC)


def test_a_night_shift_is_one() -> None:
    night = hours("Asia/Kolkata", Span(0, 6 * 60), Span(22 * 60, 1440))
    evening, morning = at("Asia/Kolkata", "2026-06-01T22:00"), at("Asia/Kolkata", "2026-06-02T06:00")
    for moment in (evening, at("Asia/Kolkata", "2026-06-01T23:59"), at("Asia/Kolkata", "2026-06-02T00:00")):
        assert next_closing(night, moment) == morning
    assert not is_open(night, morning)
    assert not is_open(night, evening - timedelta(microseconds=1))
    assert next_opening(night, morning) == at("Asia/Kolkata", "2026-06-02T22:00")


def test_special_days_replace_their_weekday() -> None:
    special = {date(2026, 12, 24): (Span(8 * 60, 12 * 60),), date(2026, 12, 25): ()}
    office = hours(HELSINKI, Span(8 * 60, 16 * 60), special=special)
    assert next_closing(office, at(HELSINKI, "2026-12-24T09:00")) == at(HELSINKI, "2026-12-24T12:00")
    assert next_opening(office, at(HELSINKI, "2026-12-24T12:00")) == at(HELSINKI, "2026-12-26T08:00")


def test_what_never_opens_or_never_closes() -> None:
    now = at(HELSINKI, "2026-06-01T12:00")
    never, always = hours(HELSINKI), hours(HELSINKI, ALL_DAY)
    assert (next_opening(never, now), next_closing(never, now), is_open(never, now)) == (None, None, False)
    assert (next_opening(always, now), next_closing(always, now), is_open(always, now)) == (now, None, True)
    assert is_open(None, now)
    assert open_seconds(None, now, now + timedelta(seconds=7)) == 7
    for one in (None, always):
        assert open_seconds(one, now, now - timedelta(days=3)) == 0


def test_the_next_opening_is_found_a_year_ahead_and_no_further() -> None:
    now = at(HELSINKI, "2026-06-01T12:00")
    for day, found in ((date(2027, 6, 1), True), (date(2027, 6, 20), False)):
        once = hours(HELSINKI, special={day: (ALL_DAY,)})
        assert (next_opening(once, now) is not None) is found


@pytest.mark.parametrize(
    ("spans", "number"),
    [
        ((), None),
        ((ALL_DAY,), None),
        ((Span(0, 60), Span(60, 120)), None),
        ((Span(60, 60),), 0),
        ((Span(0, 60), Span(120, 90)), 1),
        ((Span(0, 60), Span(59, 120)), 1),
        ((Span(600, 660), Span(0, 60)), 1),
        ((Span(0, 1441),), 0),
        ((Span(-1, 60),), 0),
    ],
)
def test_spans_of_a_day_follow_each_other(spans: tuple[Span, ...], number: int | None) -> None:
    assert misfit(spans) == number
