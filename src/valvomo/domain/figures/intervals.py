"""Intervals of a place: quarter hours, hours, days, weeks and months by its clock, also when the clock is changed.

A day on which the clock is put forward has 23 hours, one on which it is put back 25. Hours and quarters are counted
from the day's midnight on as time passes: an hour that comes twice is two intervals, one that does not exist is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

MOST_DAYS = 400
"""The longest period that is asked for at a time."""
MOST_INTERVALS = 4_000


class Interval(StrEnum):
    """By what a period is parted; weeks begin on Monday."""

    QUARTER_HOUR = "quarter_hour"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


_SPANS = {Interval.QUARTER_HOUR: timedelta(minutes=15), Interval.HOUR: timedelta(hours=1)}


def intervals(
    since: datetime, until: datetime, by: Interval, zone: ZoneInfo
) -> Iterator[tuple[datetime, datetime]]:
    """The intervals (UTC) that a period touches, each cut to the period; together they are the period."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    begin = since
    for bound in _bounds(since, by, zone):
        if bound >= until:
            break
        if bound > begin:
            yield begin, bound
            begin = bound
    if begin < until:
        yield begin, until


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins (UTC): the first moment that its date is shown, also where there is no midnight."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def _bounds(since: datetime, by: Interval, zone: ZoneInfo) -> Iterator[datetime]:
    day = since.astimezone(zone).date()
    if by is Interval.WEEK:
        day -= timedelta(days=day.weekday())
    elif by is Interval.MONTH:
        day = day.replace(day=1)
    while True:
        following = _following(day, by)
        begin, end = midnight(day, zone), midnight(following, zone)
        span = _SPANS.get(by, end - begin)
        while begin < end:
            yield begin
            begin += span
        day = following


def _following(day: date, by: Interval) -> date:
    if by is Interval.WEEK:
        return day + timedelta(days=7)
    if by is Interval.MONTH:
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + timedelta(days=1)
