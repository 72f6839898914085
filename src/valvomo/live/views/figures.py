"""Figures: outcomes of conversations that were closed today, kept for counting."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures.outcomes import Outcome, outcome_of
from valvomo.live.views.happening import Change

NEWEST = 50
"""Handle times of a queue that are kept, for telling how long those who wait will probably wait."""


@dataclass(slots=True)
class Day:
    """Outcomes of conversations that were closed since the day began, by conversation.

    `handled` are the newest handle times of each queue, in seconds from acceptance to the end.
    """

    since: datetime
    closed: dict[str, Outcome] = field(default_factory=dict)
    handled: dict[str, deque[float]] = field(default_factory=dict, compare=False)


def begin(since: datetime, closed: Iterable[Conversation]) -> Day:
    """The day from what was read, oldest first."""
    day = Day(since=since)
    for one in sorted(closed, key=lambda one: one.closed_at or since):
        _count(day, one)
    return day


def apply(day: Day, change: Change | None) -> None:
    """The day after one more fact."""
    closed_at = change.after.closed_at if change is not None else None
    if change is not None and closed_at is not None and closed_at >= day.since:
        _count(day, change.after)


def turn(day: Day, since: datetime) -> None:
    """A new day begins; what was closed before it counts no more."""
    day.since = since
    day.closed = {
        one: it for one, it in day.closed.items() if it.closed_at is not None and it.closed_at >= since
    }


def _count(day: Day, one: Conversation) -> None:
    day.closed[one.id] = outcome_of(one)
    if one.first_accepted_at is not None and one.closed_at is not None:
        times = day.handled.setdefault(one.queue_id, deque(maxlen=NEWEST))
        times.append((one.closed_at - one.first_accepted_at).total_seconds())
