"""Pacing: not more of something in a second than is allowed, and nothing at all for a while if we are asked to wait."""

from __future__ import annotations

import time
from collections.abc import Callable

FIRST_PAUSE, LONGEST_PAUSE = 2.0, 1800.0
FIRST_LOST_PAUSE, LONGEST_LOST_PAUSE = 30.0, 1800.0
GATHER_SECONDS = 0.02
"""What is to go, and what has come of it, is looked at so often at most: of a stream several share a transaction."""


class Bucket:
    """Lets `per_second` through, and as many at once as come in a second, at least one."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.per_second = per_second
        self._clock = clock
        self._tokens = max(1.0, per_second)
        self._at = clock()
        self._closed_until = 0.0

    def take(self, wanted: int) -> int:
        """How many of the wanted may go now; they count as gone."""
        now = self._clock()
        self._tokens = min(max(1.0, self.per_second), self._tokens + (now - self._at) * self.per_second)
        self._at = now
        if now < self._closed_until:
            return 0
        given = min(wanted, int(self._tokens))
        self._tokens -= given
        return given

    def give_back(self, unused: int) -> None:
        """So many were not used."""
        self._tokens += unused

    def close(self, seconds: float) -> None:
        """Nothing for so long."""
        self._closed_until = max(self._closed_until, self._clock() + seconds)

    def wait(self) -> float:
        """Seconds until one more may go."""
        now = self._clock()
        tokens = self._tokens + (now - self._at) * self.per_second
        return max(0.0, self._closed_until - now, (1.0 - tokens) / self.per_second)


def after_lost(times: int) -> float:
    """Seconds until what may have been taken is tried again, after so many attempts of which nobody knows.

    Each may be once too often, so there are few: five of them outlast an hour in which the provider is away.
    """
    return min(LONGEST_LOST_PAUSE, FIRST_LOST_PAUSE * 10.0 ** (times - 1))


def pause_after(attempts: int) -> float:
    """Seconds until the next attempt after so many: twice as long each time, half an hour at most."""
    return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(attempts - 1, 20))
