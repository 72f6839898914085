"""Opening and working hours: from rows to what the rules know, with the public holidays of their region."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from valvomo.db.public_holidays import known_region, public_holidays
from valvomo.db.transaction import Transaction
from valvomo.domain.routing.hours import Hours, Span

Spans = tuple[Span, ...]
YEARS_BEFORE, YEARS_AFTER = 1, 2
"""So far from the year that hours are asked for, their holidays are known: the horizon of the rules and more."""


def hours_of(row: Any, around: datetime) -> Hours:
    """A row of `hours`, good for at least a year before and after that moment.

    Holidays are closed days, unless the day is one of the row's own `special` days.
    """
    closed = _closed(row["region"], around.year) if row["region"] else {}
    return Hours(
        id=row["id"],
        name=row["name"],
        zone=ZoneInfo(row["time_zone"]),
        weekly=weekly_of(row["weekly"]),
        special={**closed, **special_of(row["special"])},
    )


def weekly_of(stored: Mapping[str, Any]) -> dict[int, Spans]:
    """The stored form, decoded: spans by weekday, Monday 0."""
    return {int(day): _spans(stored[day]) for day in sorted(stored)}


def special_of(stored: Mapping[str, Any]) -> dict[date, Spans]:
    """The stored form, decoded: spans by day, none where it is closed."""
    return {date.fromisoformat(day): _spans(stored[day]) for day in sorted(stored)}


def stored(days: Mapping[int, Spans] | Mapping[date, Spans]) -> dict[str, list[list[int]]]:
    """Weekdays or dates as they are stored: pairs of minutes from midnight."""
    return {str(day): [[span.start, span.end] for span in spans] for day, spans in days.items()}


@cache
def time_zones() -> frozenset[str]:
    """All time zones that there are, by name."""
    return frozenset(available_timezones())


async def is_region(region: str) -> bool:
    """Whether public holidays of this region are known. Beside the event loop: the first answer takes a second."""
    return await asyncio.to_thread(known_region, region)


async def get_ready(tx: Transaction) -> None:
    """Have the calendars at hand that any organization needs, so that nobody waits for them later."""
    for row in await tx.rows("resources.regions"):
        await is_region(row["region"])


@lru_cache(maxsize=256)
def _closed(region: str, year: int) -> Mapping[date, Spans]:
    years = range(year - YEARS_BEFORE, year + YEARS_AFTER + 1)
    return {day: () for one in years for day in public_holidays(region, one)}


def _spans(pairs: Iterable[tuple[int, int]]) -> Spans:
    return tuple(Span(start, end) for start, end in pairs)
