"""Occupancy: how much of the time that agents were there they handled something (spec 1 §8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

from valvomo.domain.agents.presence import Presence

THERE = frozenset({Presence.AVAILABLE, Presence.BUSY, Presence.DO_NOT_DISTURB})
"""Signed in and not away."""

Span = tuple[datetime, datetime]


def there(chosen: Sequence[tuple[datetime, Presence]], until: datetime) -> list[Span]:
    """When an agent was there, from the presences that were set, in order; the last one lasts until the end."""
    ends = (*chosen, (until, Presence.OFFLINE))
    return [(one[0], following[0]) for one, following in pairwise(ends) if one[1] in THERE]


def joined(spans: Iterable[Span]) -> list[Span]:
    """The same time, each moment of it once: who serves three customers at a time is busy once."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        elif since < until:
            found.append((since, until))
    return found


def common(some: Sequence[Span], others: Sequence[Span]) -> list[Span]:
    """The time that is in both; each is joined."""
    found: list[Span] = []
    one = other = 0
    while one < len(some) and other < len(others):
        since, until = max(some[one][0], others[other][0]), min(some[one][1], others[other][1])
        if since < until:
            found.append((since, until))
        if some[one][1] < others[other][1]:
            one += 1
        else:
            other += 1
    return found


def seconds_within(spans: Iterable[Span], since: datetime, until: datetime) -> float:
    """How much of them is in a period."""
    parts = ((min(end, until) - max(begin, since)).total_seconds() for begin, end in spans)
    return sum(part for part in parts if part > 0)


def occupancy(busy: float, present: float) -> float | None:
    """Seconds in which an agent handled at least one conversation / seconds signed in and not away.

    Of several agents both are summed before. Handling counts as far as it is within the time that is divided by, so
    it is never more than 1; None where nobody was there.
    """
    return busy / present if present > 0 else None
