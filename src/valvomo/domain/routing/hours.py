"""Opening hours: weekly times in a time zone, days that are different, and what the clock says.

Times are wall clock times of the zone. It is open from the first moment at which the clock shows the beginning or more
to the last at which it shows less than the end: on the day when the clock is put back, an hour that comes twice is open
twice; an hour that does not exist on the day when it is put forward is skipped. A night shift is two spans, which
touch at midnight and count as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import TypeVar

T = TypeVar("T", int, datetime)
DAY_MINUTES = 24 * 60
NOTHING, SECOND, MINUTE = timedelta(), timedelta(seconds=1), timedelta(minutes=1)
HORIZON_DAYS = 370
"""So far ahead the next opening is looked for."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from `start` to just before `end`, in minutes from midnight; `end` 1440 is midnight."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """`weekly` by weekday, Monday 0; `special` days replace their weekday, empty where closed all day.

    Public holidays are special days that come from a calendar of the region, worked out at the rim.
    """

    id: str
    name: str
    zone: tzinfo
    weekly: Mapping[int, tuple[Span, ...]] = field(default_factory=dict)
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)

    def spans(self, day: date) -> tuple[Span, ...]:
        """When it is open on this day."""
        found = self.special.get(day)
        return self.weekly.get(day.weekday(), ()) if found is None else found


def misfit(spans: Iterable[Span]) -> int | None:
    """Number of the first span of a day, in their order, that ends before it begins or begins before the last ends."""
    reached = 0
    for number, span in enumerate(spans):
        if not reached <= span.start < span.end <= DAY_MINUTES:
            return number
        reached = span.end
    return None


def is_open(hours: Hours | None, at: datetime) -> bool:
    """Whether it is open at this moment; without hours always."""
    if hours is None:
        return True
    at = at.astimezone(UTC)
    return any(start <= at < end for start, end in _around(hours, at, days=1))


def next_opening(hours: Hours, at: datetime) -> datetime | None:
    """When it opens next (UTC): now if it is open, None if not within a year."""
    at = at.astimezone(UTC)
    for start, end in _around(hours, at, days=HORIZON_DAYS):
        if end > at:
            return max(start, at)
    return None


def next_closing(hours: Hours, at: datetime) -> datetime | None:
    """When it closes next (UTC), be it open now or only later; None if it never closes within a year."""
    at = at.astimezone(UTC)
    last = at + timedelta(days=HORIZON_DAYS - 2)
    for _, end in _around(hours, at, days=HORIZON_DAYS):
        if end > at:
            return end if end < last else None
    return None


def open_seconds(hours: Hours | None, start: datetime, end: datetime) -> float:
    """How much of the time between two moments is within the hours, in seconds."""
    # Moments of one zone are subtracted as its clock shows them: an hour too much or too little.
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if hours is None:
        return max(0.0, (end - start).total_seconds())
    days = (end - start).days + 2
    parts = (
        (min(end, closes) - max(start, opens)).total_seconds()
        for opens, closes in _around(hours, start, days=days)
    )
    return sum(part for part in parts if part > 0)


def _around(hours: Hours, at: datetime, *, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Open times (UTC) from the day before, for so many days after, with touching ones joined."""
    first = at.astimezone(hours.zone).date() - timedelta(days=1)
    # Joined before the moments are reckoned, which is what takes time; and after, for days that overlap.
    walls = _joined(_spans(hours, first, days + 2))
    moments = ((_reached(hours.zone, first, start), _left(hours.zone, first, end)) for start, end in walls)
    return _joined((start, end) for start, end in moments if start < end)


def _spans(hours: Hours, first: date, days: int) -> Iterator[tuple[int, int]]:
    """What the clock shows when it opens and closes, in minutes from the midnight that begins the first day."""
    for number in range(days):
        for span in sorted(hours.spans(first + timedelta(days=number))):
            yield number * DAY_MINUTES + span.start, number * DAY_MINUTES + span.end


def _joined(times: Iterable[tuple[T, T]]) -> Iterator[tuple[T, T]]:
    """Times in order of their beginning, with those that touch or overlap as one."""
    before: tuple[T, T] | None = None
    for start, end in times:
        if before is not None and start <= before[1]:
            before = (before[0], max(before[1], end))
            continue
        if before is not None:
            yield before
        before = (start, end)
    if before is not None:
        yield before


def _reached(zone: tzinfo, day: date, minutes: int) -> datetime:
    """The first moment (UTC) at which the clock of the zone shows so many minutes after midnight, or more."""
    wall, first, second = _readings(zone, day, minutes)
    return _leap(zone, wall, second, first) if second < first else first


def _left(zone: tzinfo, day: date, minutes: int) -> datetime:
    """The end (UTC) of the last minute in which the clock of the zone shows less than so many after midnight."""
    wall, first, second = _readings(zone, day, minutes)
    if second < first:
        return _leap(zone, wall, second, first)
    twice = first < second and _shown(zone, second - MINUTE) < wall
    return second if twice else first


def _readings(zone: tzinfo, day: date, minutes: int) -> tuple[datetime, datetime, datetime]:
    """What the clock shows, and the moment (UTC) as reckoned before and after a change of the clock.

    They are the same but near a change; the second is the earlier one where the clock is put forward past this.
    """
    wall = datetime(day.year, day.month, day.day, tzinfo=zone) + timedelta(minutes=minutes)
    before, after = wall.utcoffset() or NOTHING, wall.replace(fold=1).utcoffset() or NOTHING
    shown = wall.replace(tzinfo=None)
    first = (shown - before).replace(tzinfo=UTC)
    return shown, first, first if before == after else (shown - after).replace(tzinfo=UTC)


def _leap(zone: tzinfo, wall: datetime, before: datetime, after: datetime) -> datetime:
    """When the clock is put forward past what it does not show, between two moments."""
    while after - before > SECOND:
        middle = before + (after - before) / 2
        if _shown(zone, middle) < wall:
            before = middle
        else:
            after = middle
    return after.replace(microsecond=0)


def _shown(zone: tzinfo, at: datetime) -> datetime:
    return at.astimezone(zone).replace(tzinfo=None)
