"""What goes wrong in a call while it goes on: a bad network, and both sides speaking at once.

Watched by the process that carries the call. What is noted is that it has begun and that it is over, and both only once
it has been so for a while: a fact for a supervisor, and not for every breath.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from valvomo.domain.conversations.call_marks import Trouble, TroubleKind

POOR = 3.1
"""Below this score many are dissatisfied (`quality`)."""
POOR_FOR = timedelta(seconds=10)
FINE_FOR = timedelta(seconds=15)
"""For so long a way must do badly until it is noted, and well until it is no longer."""
WINDOW = timedelta(seconds=40)
"""Over so long it is looked how much both have spoken at once."""
OVER_AT, CALM_AT = 0.25, 0.1
"""From this share of it on they talk over each other, and below that one no longer."""


@dataclass(slots=True)
class Network:
    """One way. `poor` is whether it is noted that it does badly; `turned` since when it does otherwise."""

    poor: bool = False
    turned: datetime | None = None

    def sample(self, score: float, at: datetime) -> bool:
        """One more sample; whether it does badly now, as far as that is noted."""
        if (score < POOR) is self.poor:
            self.turned = None
            return self.poor
        self.turned = self.turned or at
        if at - self.turned >= (FINE_FOR if self.poor else POOR_FOR):
            self.poor, self.turned = not self.poor, None
        return self.poor


@dataclass(slots=True)
class Overtalk:
    """Both sides of a call. `both` are the spans in which both spoke, `since` when the one began that goes on."""

    over: bool = False
    since: datetime | None = None
    both: deque[tuple[datetime, datetime]] = field(default_factory=deque)

    def heard(self, at: datetime, *, together: bool) -> None:
        """From now on both speak, or not both."""
        if together:
            self.since = self.since or at
        elif self.since is not None:
            self.both.append((self.since, at))
            self.since = None

    def share(self, at: datetime) -> float:
        """Of the last `WINDOW`, in how much of it both spoke."""
        begin = at - WINDOW
        while self.both and self.both[0][1] <= begin:
            self.both.popleft()
        spans = [*self.both, *([(self.since, at)] if self.since is not None else [])]
        return sum((until - max(since, begin)) / WINDOW for since, until in spans)

    def look(self, at: datetime) -> bool:
        """Whether they talk over each other now, as far as that is noted."""
        self.over = self.share(at) >= (CALM_AT if self.over else OVER_AT)
        return self.over


def changed(known: Iterable[Trouble], now: Iterable[tuple[TroubleKind, str]]) -> bool:
    """Whether what is known of a call is something else than what is the case."""
    return {(one.kind, one.side) for one in known} != set(now)
