"""Figures: outcomes of conversations that were closed today, kept for counting."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.figures.outcomes import Outcome, outcome_of
from valvomo.live.views.happening import Change


@dataclass(slots=True)
class Day:
    """Outcomes of conversations that were closed since the day began, by conversation."""

    since: datetime
    closed: dict[str, Outcome] = field(default_factory=dict)


def apply(day: Day, change: Change | None) -> None:
    """The day after one more fact."""
    closed_at = change.after.closed_at if change is not None else None
    if change is not None and closed_at is not None and closed_at >= day.since:
        day.closed[change.after.id] = outcome_of(change.after)


def turn(day: Day, since: datetime) -> None:
    """A new day begins; what was closed before it counts no more."""
    day.since = since
    day.closed = {
        one: it for one, it in day.closed.items() if it.closed_at is not None and it.closed_at >= since
    }
