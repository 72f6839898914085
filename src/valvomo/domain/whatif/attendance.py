"""When agents were there, read from the presences that were set."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from valvomo.domain.agents.presence import Presence

SERVING = frozenset({Presence.AVAILABLE, Presence.BUSY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """At this moment it was made from one presence into another."""

    at: datetime
    before: Presence
    chosen: Presence


def there(changes: Iterable[Chosen], start: datetime, end: datetime) -> tuple[tuple[datetime, datetime], ...]:
    """Spans within the period in which the agent could be asked. There is at least one change; they are in order."""
    spans: list[tuple[datetime, datetime]] = []
    since: datetime | None = start
    for number, one in enumerate(changes):
        if number == 0 and one.before not in SERVING:
            since = None
        if one.chosen in SERVING:
            since = since or one.at
        elif since is not None:
            spans.append((since, one.at))
            since = None
    if since is not None:
        spans.append((since, end))
    return tuple(spans)
