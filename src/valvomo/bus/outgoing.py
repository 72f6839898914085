"""What waits to be told to other processes: each thing once, and never more than a bound."""

from __future__ import annotations

import asyncio

from valvomo.bus.port import Traffic

MOST_WAITING = 2000
"""More than this is dropped: whoever rings so often while nothing gets out is heard by the others' next look."""


class Outgoing:
    """Filled without waiting, taken in batches: what is published while a batch goes out makes the next."""

    def __init__(self, traffic: Traffic, most: int = MOST_WAITING) -> None:
        self._traffic = traffic
        self._most = most
        self._waiting: dict[tuple[str, str], None] = {}
        self._wake = asyncio.Event()

    def put(self, channel: str, payload: str) -> None:
        """Add it; the same thing again is the same thing."""
        if len(self._waiting) >= self._most:
            self._traffic.dropped += 1
            return
        self._waiting[channel, payload] = None
        self._wake.set()

    def take_now(self) -> list[tuple[str, str]]:
        """Everything that waits, which may be nothing."""
        batch, self._waiting = list(self._waiting), {}
        self._wake.clear()
        return batch

    async def take(self) -> list[tuple[str, str]]:
        """Everything that waits, once there is something."""
        await self._wake.wait()
        return self.take_now()

    def drop(self) -> None:
        """There is nobody to tell: what waits is not worth keeping."""
        self._traffic.dropped += len(self.take_now())
