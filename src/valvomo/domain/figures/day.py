"""A day as it has been counted up to a moment: what it takes to count on from there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.figures.entries import Spent
from valvomo.domain.figures.shifts import Shifts
from valvomo.domain.figures.sums import Book
from valvomo.domain.routing.hours import Hours

Bounds = tuple[datetime, datetime]
"""When a day begins, and when it ends."""


@dataclass(frozen=True, slots=True)
class Read:
    """What has been counted of a day by queue, what was spent on what goes on, and hours of queues that have any.

    `shifts` are the days of those who were there, or handled something.
    """

    day: Bounds
    books: dict[str, Book]
    spent: Mapping[str, Spent]
    calendars: Mapping[str, Hours]
    shifts: Shifts = field(default_factory=dict)
