"""When reports are due by the organization's clock, and which days they are about."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.figures.intervals import midnight
from valvomo.domain.figures.schedules import Every, about, due_after

HELSINKI = ZoneInfo("Europe/Helsinki")


def at(*when: int) -> datetime:
    return datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("every", "now", "due"),
    [
        (Every.DAY, at(2026, 3, 2, 4), at(2026, 3, 2, 5)),
        (Every.DAY, at(2026, 3, 2, 5), at(2026, 3, 3, 5)),
        (Every.DAY, at(2026, 3, 28, 6), at(2026, 3, 29, 4)),
        (Every.DAY, at(2026, 10, 24, 6), at(2026, 10, 25, 5)),
        (Every.WEEK, at(2026, 3, 2, 6), at(2026, 3, 9, 5)),
        (Every.MONTH, at(2026, 3, 2, 6), at(2026, 4, 1, 4)),
    ],
)
def test_at_seven_by_the_clock_there(every: Every, now: datetime, due: datetime) -> None:
    assert due_after(every, 7 * 60, now, HELSINKI) == due


def test_an_hour_that_is_skipped_or_comes_twice_is_one_report() -> None:
    skipped = due_after(Every.DAY, 3 * 60 + 30, at(2026, 3, 28, 12), HELSINKI)
    assert skipped == at(2026, 3, 29, 1, 30)
    assert due_after(Every.DAY, 3 * 60 + 30, skipped, HELSINKI) == at(2026, 3, 30, 0, 30)
    twice = due_after(Every.DAY, 3 * 60 + 30, at(2026, 10, 24, 12), HELSINKI)
    assert twice == at(2026, 10, 25, 0, 30)
    assert due_after(Every.DAY, 3 * 60 + 30, twice, HELSINKI) == at(2026, 10, 26, 1, 30)


@given(
    every=st.sampled_from(Every),
    minute=st.integers(0, 1439),
    seconds=st.integers(1_500_000_000, 2_000_000_000),
)
def test_every_day_is_reported_once(every: Every, minute: int, seconds: int) -> None:
    first = due_after(every, minute, datetime.fromtimestamp(seconds, UTC), HELSINKI)
    second = due_after(every, minute, first, HELSINKI)
    assert about(every, first, HELSINKI)[1] == about(every, second, HELSINKI)[0]
    assert about(every, first, HELSINKI)[1] <= first


def test_about_the_time_before() -> None:
    due = at(2026, 3, 2, 5)
    days = {every: about(every, due, HELSINKI) for every in Every}
    assert days[Every.DAY] == (midnight(date(2026, 3, 1), HELSINKI), midnight(date(2026, 3, 2), HELSINKI))
    assert days[Every.WEEK][1] - days[Every.WEEK][0] == timedelta(days=7)
    assert days[Every.MONTH][0] == midnight(date(2026, 2, 1), HELSINKI)
