"""When agents were there, read from the presences that were set."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from valvomo.domain.agents.presence import Presence

SERVING = frozenset({Presence.AVAILABLE, Presence.BUSY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """At this moment it was made from one presence into another."""

    at: datetime
    before: Presence
    chosen: Presence


def there(changes: Sequence[Chosen], start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Spans within the period in which the agent could be asked. There is at least one change; they are in order.

    Who missed an offer and said afterwards that they are there was there: missing is played, with the time that it
    takes. Who then was set to anything else, or to nothing, had left.
    """
    spans: list[tuple[datetime, datetime]] = []
    since = start if _serves(changes[0].before, changes[0].chosen) else None
    for number, one in enumerate(changes):
        following = changes[number + 1].chosen if number + 1 < len(changes) else None
        if _serves(one.chosen, following):
            since = since or one.at
        elif since is not None:
            spans.append((since, one.at))
            since = None
    if since is not None:
        spans.append((since, end))
    return tuple(spans)


def absences(changes: Sequence[Chosen]) -> Iterator[tuple[datetime, float]]:
    """When an offer was missed by somebody who came back, and after how many seconds they did."""
    for one, following in pairwise(changes):
        if one.chosen is Presence.INACTIVE and following.chosen in SERVING:
            yield one.at, (following.at - one.at).total_seconds()


def _serves(chosen: Presence, following: Presence | None) -> bool:
    return chosen in SERVING or (chosen is Presence.INACTIVE and following in SERVING)
