"""Schedules of reports: when the next one is due by the organization's clock, and which days it is about."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from valvomo.domain.figures.intervals import midnight


class Every(StrEnum):
    """Each day, each Monday, each first of a month; about the day, the week, the month before."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


def due_after(every: Every, minute: int, at: datetime, zone: ZoneInfo) -> datetime:
    """The first moment after `at` at which it is so many minutes after midnight on a day for it.

    Where the clock skips that time it is due when the clock has passed it, where it comes twice the first time.
    """
    day = at.astimezone(zone).date()
    while True:
        if _is_day_for(every, day):
            wall = datetime.combine(day, time(minute // 60, minute % 60), zone)
            due = wall.astimezone(UTC)
            if due > at:
                return due
        day += timedelta(days=1)


def about(every: Every, due: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The whole day, week or month before the day on which it is due."""
    day = due.astimezone(zone).date()
    if every is Every.DAY:
        return midnight(day - timedelta(days=1), zone), midnight(day, zone)
    if every is Every.WEEK:
        monday = day - timedelta(days=day.weekday())
        return midnight(monday - timedelta(days=7), zone), midnight(monday, zone)
    first = day.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    return midnight(before, zone), midnight(first, zone)


def _is_day_for(every: Every, day: date) -> bool:
    if every is Every.WEEK:
        return day.weekday() == 0
    return every is Every.DAY or day.day == 1
