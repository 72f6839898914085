"""How fast: a token bucket for each caller, in memory, so that guessing and flooding stay slow."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LEAST_CALLERS = 1_000
MOST_CALLERS = 10_000
"""Buckets kept; when there are more, the full ones are forgotten, since a full bucket is like a new one."""


@dataclass(slots=True, kw_only=True)
class Pace:
    """At most `burst` at once, and `per_second` from then on."""

    burst: int
    per_second: float
    seconds: Callable[[], float] = time.monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)
    _full_at: int = LEAST_CALLERS

    def wait(self, caller: str) -> int:
        """Take one: 0 when it was there, else after how many whole seconds there will be one."""
        now = self.seconds()
        left = self._now(caller, now)
        if left < 1:
            return max(1, math.ceil((1 - left) / self.per_second))
        self._keep(caller, left - 1, now)
        return 0

    def turn(self, caller: str) -> float:
        """Take one, in advance when there is none: after how many seconds the caller may go on."""
        now = self.seconds()
        left = self._now(caller, now) - 1
        self._keep(caller, left, now)
        return max(0.0, -left / self.per_second)

    def _keep(self, caller: str, left: float, now: float) -> None:
        if len(self._left) >= self._full_at:
            self._forget(now)
        self._left[caller] = (left, now)

    def _now(self, caller: str, now: float) -> float:
        left, at = self._left.get(caller, (float(self.burst), now))
        return min(float(self.burst), left + (now - at) * self.per_second)

    def _forget(self, now: float) -> None:
        """Who has rested long enough; everybody, if nobody has and there are too many to be kept."""
        full = [caller for caller in self._left if self._now(caller, now) >= self.burst - 1]
        if not full and len(self._left) >= MOST_CALLERS:
            full = list(self._left)
        for caller in full:
            del self._left[caller]
        self._full_at = min(MOST_CALLERS, max(LEAST_CALLERS, 2 * len(self._left)))
