"""What a simulated agent has in front of them, told to the server the way a desk does."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

EVERY = 30.0
"""Seconds between two reports."""
SHORTEST = 0.5
MOST_SPANS = 20
"""In one report; whoever turns so often loses the first of them."""


@dataclass(slots=True, kw_only=True)
class Gaze:
    """One conversation at a time, or none. Its clock is ours, not that of simulated people: the server counts ours."""

    clock: Callable[[], float] = time.monotonic
    _front: str | None = None
    _since: float = 0.0
    _reported: float | None = None
    _spans: list[tuple[str, float, float]] = field(default_factory=list)

    def look(self, conversation: str | None) -> None:
        """From now on this one."""
        if conversation != self._front:
            self._turn(conversation)

    def leave(self, here: Collection[str]) -> None:
        """None, unless it is one of these."""
        if self._front not in here:
            self.look(None)

    def due(self) -> Sequence[dict[str, Any]]:
        """The spans of a report, when it is time for one."""
        now = self.clock()
        if self._reported is None:
            self._reported = now
        if now - self._reported < EVERY:
            return ()
        self._turn(self._front)
        spans, self._spans, self._reported = self._spans[-MOST_SPANS:], [], now
        return [
            {"conversation": one, "from": now - since, "for": until - since} for one, since, until in spans
        ]

    def _turn(self, conversation: str | None) -> None:
        now = self.clock()
        if self._front is not None and now - self._since >= SHORTEST:
            self._spans.append((self._front, self._since, now))
        self._front, self._since = conversation, now
