"""Figures of the past: periods of a day, by day, by queue, or both (spec 1 §8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

MOST_DAYS = 400


def days(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[date, datetime, datetime]]:
    """The calendar days of a place that a period touches, each cut to the period."""
    day = since.astimezone(zone).date()
    begin = since
    while begin < until:
        following = datetime.combine(day + timedelta(days=1), time(), zone)
        yield day, begin, min(following, until)
        begin, day = following, day + timedelta(days=1)
