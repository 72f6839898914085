"""How long the event loop makes others wait: the one queue in front of everything that this process does."""

from __future__ import annotations

import asyncio
import time

from valvomo.telemetry.counts import Spread

EVERY_SECONDS = 0.25
_BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class LoopDelay:
    """Sleeps, and looks how much too late it wakes."""

    def __init__(self) -> None:
        self.spread = Spread(_BOUNDS)
        self._due = time.monotonic() + EVERY_SECONDS

    async def run(self) -> None:
        """Four times a second, until cancelled."""
        while True:
            self._due = time.monotonic() + EVERY_SECONDS
            await asyncio.sleep(EVERY_SECONDS)
            self.spread.add(max(0.0, time.monotonic() - self._due))

    def overdue(self) -> float:
        """Seconds for which it should have run by now: more than a few mean that the loop is held up."""
        return max(0.0, time.monotonic() - self._due)
