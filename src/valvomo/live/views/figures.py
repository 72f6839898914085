"""Figures: outcomes of conversations that were closed today, kept for counting."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
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


def begin(
    since: datetime, closed: Iterable[Conversation], handled: Mapping[str, Iterable[float]] | None = None
) -> Day:
    """The day from what was read, with the newest handle times of the queues, oldest first."""
    times = {queue: deque(seconds, NEWEST) for queue, seconds in (handled or {}).items()}
    return Day(since=since, closed={one.id: outcome_of(one) for one in closed}, handled=times)


def apply(day: Day, change: Change | None) -> None:
    """The day after one more fact."""
    after = change.after if change is not None else None
    if after is None or after.closed_at is None or after.closed_at < day.since:
        return
    day.closed[after.id] = outcome_of(after)
    ends = change is not None and (change.before is None or change.before.closed_at is None)
    if ends and after.first_accepted_at is not None:
        times = day.handled.setdefault(after.queue_id, deque(maxlen=NEWEST))
        times.append((after.closed_at - after.first_accepted_at).total_seconds())


def turn(day: Day, since: datetime) -> None:
    """A new day begins; what was closed before it counts no more."""
    day.since = since
    day.closed = {
        one: it for one, it in day.closed.items() if it.closed_at is not None and it.closed_at >= since
    }
