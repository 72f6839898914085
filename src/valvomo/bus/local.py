"""The bus of a process that is alone, and of several houses in one process (tests)."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from valvomo.bus.port import Listener, Traffic


class LocalBus:
    """Calls its listeners at once."""

    def __init__(self) -> None:
        self.traffic = Traffic(connected=1)
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)

    def publish(self, channel: str, payload: str) -> None:
        """Tell whoever listens, now."""
        self.traffic.sent += 1
        for listener in self._listeners[channel]:
            self.traffic.heard += 1
            listener(payload)

    def subscribe(self, channel: str, listener: Listener) -> None:
        """Call this with whatever is published."""
        self._listeners[channel].append(listener)

    async def run(self) -> None:
        """Nothing to carry."""
        await asyncio.Event().wait()
