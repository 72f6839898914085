"""Opening and working hours: from rows to what the rules know, with the public holidays of their region."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from valvomo.db.public_holidays import known_region, public_holidays
from valvomo.db.transaction import Transaction
from valvomo.domain.routing.hours import Hours, Span

Spans = tuple[Span, ...]
YEARS_BEFORE, YEARS_AFTER = 1, 2
"""So far from the year that hours are asked for, their holidays are known: the horizon of the rules and more."""
_closed: dict[tuple[str, int], Mapping[date, Spans]] = {}
"""The closed days of a region around a year, as far as they have been worked out."""
_working = threading.Lock()


def hours_of(row: Any, around: datetime) -> Hours:
    """A row of `hours`, good for at least a year before and after that moment.

    Holidays are closed days, unless the day is one of the row's own `special` days. Within an event loop `at_hand`
    goes before it: the first calendar of a process takes a second to work out, during which nobody would be served.
    """
    closed = _closed_days(row["region"], around.year) if row["region"] else {}
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


async def at_hand(rows: Iterable[Any], around: datetime) -> None:
    """Work out, beside the event loop, what `hours_of` needs for these rows of `hours` and is not there yet."""
    regions = {row["region"] for row in rows if row and row["region"]}
    missing = sorted(one for one in regions if (one, around.year) not in _closed)
    if missing:
        await asyncio.to_thread(_work_out, missing, around.year)


async def get_ready(tx: Transaction, around: datetime) -> None:
    """Have the calendars at hand that any organization needs, so that nobody waits for them later."""
    await at_hand(await tx.rows("resources.regions"), around)


def _work_out(regions: Iterable[str], year: int) -> None:
    for region in regions:
        _closed_days(region, year)


def _closed_days(region: str, year: int) -> Mapping[date, Spans]:
    known = _closed.get((region, year))
    if known is not None:
        return known
    # Whoever asks for the same meanwhile waits for this answer instead of finding it, too.
    with _working:
        if (region, year) not in _closed:
            _closed[region, year] = dict.fromkeys(_days_off(region, year), ())
    return _closed[region, year]


def _days_off(region: str, year: int) -> list[date]:
    if not known_region(region):
        # A newer library may have dropped it: a house that is open on a holiday is better than one that stands still.
        return []
    years = range(year - YEARS_BEFORE, year + YEARS_AFTER + 1)
    return [day for one in years for day in public_holidays(region, one)]


def _spans(pairs: Iterable[tuple[int, int]]) -> Spans:
    return tuple(Span(start, end) for start, end in pairs)
