"""Somebody at a bus: what they have heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sample_patience import until

from valvomo.bus.port import Bus


class Ear:
    """Hears one channel of a bus."""

    def __init__(self, bus: Bus, channel: str = "bell") -> None:
        self.heard: list[str] = []
        bus.subscribe(channel, self.heard.append)

    @property
    def words(self) -> list[str]:
        """Without the notes that something may have been missed."""
        return [one for one in self.heard if one]


@asynccontextmanager
async def running(*buses: Bus) -> AsyncIterator[None]:
    """Keep these running meanwhile."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(bus.run()) for bus in buses]
        yield
        for task in tasks:
            task.cancel()


async def connected(*buses: Bus) -> None:
    """Wait until the ways are open."""
    await until(lambda: all(bus.traffic.connected for bus in buses))
