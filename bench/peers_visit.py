"""One visit to one system: started, filled, played, measured, ended."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import msgspec

import floor_processes as processes
from peers_clients import Gather, Gathered, Leave, Order, Place, Play
from systems.system import Running, Size, System
from workload.play import Part, Played

HERE = Path(__file__).parent
APART = 1000
"""Conversations of a later round have numbers of their own."""
REST = 0.25
"""Of the seconds of a part: for as long nobody does anything, and what it costs is measured."""
T = TypeVar("T")


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """A part with what it cost: processor seconds by process tree, of clients, and of everybody else; rows by SQL."""

    played: Played
    trees: dict[str, float]
    clients: float
    others: float
    stored: int

    @property
    def wrong(self) -> dict[str, int]:
        """What must not be."""
        found = {name: count for name, count in self.played.faults.items() if count}
        if self.stored != self.played.said:
            found["rows otherwise than messages"] = self.stored - self.played.said
        return found


class Visit(msgspec.Struct, kw_only=True):
    """What was measured; memory in bytes, times in seconds.

    `rest` is the share of a core that it uses while everybody is connected and nobody does anything.
    """

    system: str
    started: float
    first: float
    each: float
    idle: int
    connected: int
    rest: float
    loaded: int = 0
    parts: dict[str, Measured] = {}
    contended: bool = False


@dataclass(slots=True, kw_only=True)
class Visiting:
    """A system that runs, and its clients."""

    system: str
    started: float
    running: Running
    clients: subprocess.Popen[bytes]

    async def tell(self, order: Order, answer: type[T]) -> T:
        """Give the clients an order, and hear what came of it."""
        heard = await asyncio.to_thread(processes.order, self.clients, order)
        return msgspec.convert(heard, answer)


async def visit(system: System, folder: Path, size: Size, parts: list[Part], *, number: int) -> Visit:
    """The whole of it; nothing of the system runs afterwards."""
    folder.mkdir(exist_ok=True)
    begun = time.monotonic()
    async with system.running(folder, size) as running:
        started = time.monotonic() - begun
        described, log = folder / "where.json", folder / "clients.log"
        described.touch(mode=0o600)
        place = Place(where=dict(running.where), roots=dict(running.roots), first=APART * number)
        described.write_bytes(msgspec.json.encode(place))
        words = [sys.executable, str(HERE / "peers_clients.py"), system.name, str(described)]
        with processes.process(words, log) as clients:
            visiting = Visiting(system=system.name, started=started, running=running, clients=clients)
            try:
                return await _played(visiting, size, parts)
            finally:
                print(log.read_text(), file=sys.stderr, end="", flush=True)


async def _played(visiting: Visiting, size: Size, parts: list[Part]) -> Visit:
    idle = memory(visiting.running)
    gather = Gather(conversations=size.conversations, agents=size.agents, supervisors=size.supervisors)
    gathered = await visiting.tell(gather, Gathered)
    rest = await _at_rest(visiting.running, parts[0].seconds * REST) if size.agents else 0.0
    found = Visit(
        system=visiting.system, started=visiting.started, first=gathered.first, each=gathered.each, idle=idle,
        connected=memory(visiting.running), rest=rest,
    )  # fmt: skip
    for part in parts:
        found.parts[part.kind] = await _measured(visiting, part)
        found.loaded = max(found.loaded, memory(visiting.running))
        if size.agents:
            print(_line(found.system, found.parts[part.kind]), file=sys.stderr, flush=True)
    await visiting.tell(Leave(), dict)
    return found


async def _at_rest(running: Running, seconds: float) -> float:
    """The first half is for what opening has left to do."""
    await asyncio.sleep(seconds)
    before = processor(running)
    await asyncio.sleep(seconds)
    return (processor(running) - before) / seconds


async def _measured(visiting: Visiting, part: Part) -> Measured:
    running = visiting.running
    before = await running.rows()
    played = await visiting.tell(Play(part=part), Played)
    *trees, machine, clients = played.used
    return Measured(
        played=played,
        trees=dict(zip(running.roots, trees, strict=True)),
        clients=clients,
        others=max(0.0, machine - sum(trees) - clients),
        stored=await running.rows() - before,
    )


def memory(running: Running) -> int:
    """Of all its process trees."""
    return sum(processes.memory_bytes(pid) for pid in running.roots.values())


def processor(running: Running) -> float:
    """Seconds of all its process trees."""
    return sum(processes.cpu_seconds(pid) for pid in running.roots.values())


def _line(system: str, measured: Measured) -> str:
    """For whoever waits."""
    played = measured.played
    waits = sorted(played.to_agents + played.to_customers)
    middle = 1000 * waits[len(waits) // 2] if waits else 0.0
    cost = 1000 * sum(measured.trees.values()) / max(1, played.delivered)
    notes = f" {played.notes}" if played.notes else ""
    return (
        f"{system:9} {played.kind:8} {played.delivered / played.seconds:7.1f}/s  p50 {middle:8.1f} ms"
        f"  CPU {cost:6.2f} ms  others {measured.others / played.seconds:.1f}  {measured.wrong or ''}{notes}"
    )
