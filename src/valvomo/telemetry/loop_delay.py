"""How long the event loop makes others wait: the one queue in front of everything that this process does."""

from __future__ import annotations

import asyncio
import time
from collections import deque

from valvomo.telemetry.counts import Spread

EVERY_SECONDS = 0.25
RECENT = 8
"""Samples by which it is judged how the loop does now."""
_BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class LoopDelay:
    """Sleeps, and looks how much too late it wakes."""

    def __init__(self) -> None:
        self.spread = Spread(_BOUNDS)
        self._recent: deque[float] = deque(maxlen=RECENT)
        self._due = time.monotonic() + EVERY_SECONDS

    async def run(self) -> None:
        """Four times a second, until cancelled."""
        while True:
            self._due = time.monotonic() + EVERY_SECONDS
            await asyncio.sleep(EVERY_SECONDS)
            late = max(0.0, time.monotonic() - self._due)
            self.spread.add(late)
            self._recent.append(late)

    def worst(self) -> float:
        """The longest delay of the last two seconds, the one that has not ended included."""
        return max(0.0, time.monotonic() - self._due, *self._recent)
