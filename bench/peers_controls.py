"""Controls: what this machine does at the moment with a bare relay, `pgbench`, and a loop that only counts."""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from pathlib import Path

import floor_control
from floor_place import Place, furnish
from peers_visit import visit
from systems.every import CONTROL
from systems.system import Size
from valvomo.db.embedded import EmbeddedPostgres
from workload.play import Part

TURNS = 5_000_000
SPIN_LIMIT = 1.5
"""Times its best; above it a round is contended."""
RELAY_LIMIT = 0.010
"""Seconds of the relay's 99th percentile; the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """At one moment: the loop's seconds, the relay's waits in seconds, transactions a second, and the load average."""

    spin: float
    relay: list[float]
    transactions: float | None
    load: float


@dataclass(slots=True, kw_only=True)
class Controls:
    """A database of its own with the message lane's tables, started for each look."""

    folder: Path
    place: Place
    conversations: int
    seconds: float
    _looks: int = 0

    @classmethod
    async def made(cls, folder: Path, conversations: int, seconds: float) -> Controls:
        """Furnish the database."""
        folder.mkdir()
        async with EmbeddedPostgres(folder / "postgres") as database:
            place = await furnish(database.url, talks=conversations, supervisors=0)
        return cls(folder=folder, place=place, conversations=conversations, seconds=seconds)

    async def look(self) -> Look:
        """All three, one after the other."""
        self._looks += 1
        return Look(
            spin=await asyncio.to_thread(_spin),
            relay=await self._relay(),
            transactions=await self._pgbench(),
            load=os.getloadavg()[0],
        )

    async def _relay(self) -> list[float]:
        size = Size(conversations=self.conversations, agents=0, supervisors=0)
        part = Part(kind="floor", seconds=self.seconds, pause=1.0, settle=0.5)
        found = await visit(CONTROL, self.folder / "relay", size, [part], number=0)
        played = found.parts["floor"].played
        return played.to_agents + played.to_customers

    async def _pgbench(self) -> float | None:
        program = floor_control.pgbench()
        if program is None:
            return None
        async with EmbeddedPostgres(self.folder / "postgres") as database:
            rate, _ = await asyncio.to_thread(
                floor_control.run, program, database.url, self.place, folder=self.folder, seconds=self.seconds
            )
        return rate


def contended(looks: list[Look], best_spin: float) -> bool:
    """Whether what was measured between these looks says nothing of waits."""
    return any(one.spin > SPIN_LIMIT * best_spin or _late(one.relay) > RELAY_LIMIT for one in looks)


def _late(waits: list[float]) -> float:
    return sorted(waits)[int(0.99 * len(waits))] if waits else 0.0


def _spin() -> float:
    begun = time.perf_counter()
    for _ in range(TURNS):
        pass
    return time.perf_counter() - begun
