"""The people of one system in a process of their own: a JSON line in is an order, a JSON line out is what came of it.

    python bench/peers_clients.py SYSTEM WHERE.json

`WHERE.json` is what the system's adapter says of where it is, with the process ids whose processor time is sampled.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import time
from pathlib import Path

import msgspec
import uvloop

import floor_processes as processes
from systems.every import named
from workload.ledger import Ledger
from workload.people import Ears
from workload.play import Part, Player


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """What the clients must know. Conversations are numbered from `first`, anew in every round."""

    where: dict[str, object]
    roots: dict[str, int]
    first: int


class Gather(msgspec.Struct, frozen=True, kw_only=True, tag="gather"):
    """Everybody comes."""

    conversations: int
    agents: int
    supervisors: int


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds from nobody to the first message seen, and for each further conversation."""

    first: float
    each: float


class Play(msgspec.Struct, frozen=True, kw_only=True, tag="play"):
    """One part of the workload."""

    part: Part


class Leave(msgspec.Struct, frozen=True, tag="leave"):
    """Everybody goes."""


Order = Gather | Play | Leave


class Clients:
    """Does what it is told."""

    def __init__(self, system: str, place: Place) -> None:
        self._ledger = Ledger()
        self._place = place
        people = named(system).people(place.where, Ears(self._ledger.heard, self._ledger.shown))
        self._player = Player(people=people, ledger=self._ledger, sample=self._sample, upcoming=place.first)

    async def do(self, order: Order) -> object:
        """Whatever there is to answer."""
        match order:
            case Gather():
                return await self._gather(order)
            case Play(part=part):
                return await self._player.play(part)
            case Leave():
                await self._player.people.leave()
                return {}

    async def _gather(self, order: Gather) -> Gathered:
        begun = time.perf_counter()
        await self._player.people.gather(order.agents, order.supervisors)
        self._player.supervisors = order.supervisors
        await self._player.gather(1)
        await self._player.first()
        first = time.perf_counter()
        await self._player.gather(order.conversations - 1)
        return Gathered(
            first=first - begun, each=(time.perf_counter() - first) / max(1, order.conversations - 1)
        )

    def _sample(self) -> list[float]:
        """Processor seconds of each tree, of everybody on the machine, and of these clients."""
        trees = [processes.cpu_seconds(pid) for pid in self._place.roots.values()]
        return [*trees, processes.machine_seconds(), time.process_time()]


async def main() -> None:
    place = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Place)
    clients = Clients(sys.argv[1], place)
    decoder = msgspec.json.Decoder(Order)
    loop = asyncio.get_running_loop()
    gc.collect()
    gc.disable()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        answer = await clients.do(decoder.decode(line))
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()
        gc.collect()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
