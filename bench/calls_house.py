"""So many customers call, and nobody answers: whether each hears music without a gap and is told their place.

`valvomo serve` with its engine, an embedded PostgreSQL, one supervisor who watches the floor; customers call through
the widget's own interfaces, with a WebSocket, keys and a socket of their own each, all in one process on this machine.
They speak all the while, as browsers do. When all of them wait it is measured; then all of them hang up.

    python bench/calls_house.py --calls 1000 --seconds 30
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import uvloop

import floor_processes as processes
from calls import at, voice
from calls_legs import STEP, speaks
from calls_waiting import Waiting, all_stay
from floor_place import staffed
from floor_wire import Caller, Listener, WireError
from valvomo.db.embedded import EmbeddedPostgres

LIVE = "/widget/v1/live"
COMING = 8
"""Customers who come in at the same time."""
SETTLE = 3.0
MIB = 1 << 20


@dataclass(eq=False)
class Customer:
    """Somebody who calls; `place` is what they were told last."""

    leg: Waiting
    token: str = ""
    place: int | None = None
    answer: asyncio.Future[str] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    took: float = 0.0
    wire: Listener | None = None

    def heard(self, payload: bytes, _at: float) -> None:
        """A frame of their live connection."""
        frame = msgspec.json.decode(payload)
        if frame.get("op") == "answer" and not self.answer.done():
            self.answer.set_result(str(frame.get("answer") or frame.get("problem")))
        for item in frame.get("data") or ():
            if item.get("kind") == "conversation":
                self.place = item.get("place")

    async def call(self, port: int, caller: Caller, key: str, name: str) -> None:
        """From the click to media; who comes too fast for their address waits, as the house asks them to."""
        body = {"key": key, "name": name, "language": "en", "consent": True}
        begun = time.perf_counter()
        while not self.token:
            begun = time.perf_counter()
            try:
                started: Any = await caller.post("/widget/v1/conversations", {}, body)
                self.token = str(started["token"])
            except WireError as error:
                if not str(error).startswith("429"):
                    raise
                await asyncio.sleep(1)
        self.wire = await Listener.connect(port, LIVE, {}, self.heard)
        self.wire.say({"op": "hello", "token": self.token})
        self.wire.say({"op": "watch", "topic": "conversation"})
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: self.leg, local_addr=("127.0.0.1", 0))
        self.wire.say({"op": "call", "offer": self.leg.offer()})
        async with asyncio.timeout(60):
            await self.leg.come(await self.answer)
        self.took = time.perf_counter() - begun


async def gather(customers: list[Customer], there: list[Waiting], port: int, key: str) -> None:
    """Everybody comes, some at a time."""
    waiting = list(enumerate(customers))

    async def come() -> None:
        caller = Caller(port)
        while waiting:
            number, one = waiting.pop()
            await one.call(port, caller, key, f"Customer {number}")
            there.append(one.leg)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(COMING):
            tasks.create_task(come())


async def over(customers: list[Customer], port: int) -> float:
    """All of them hang up; how long it takes."""
    begun, caller = time.perf_counter(), Caller(port)
    for one in customers:
        await caller.post("/widget/v1/end", {"Authorization": f"Bearer {one.token}"}, {})
    for one in customers:
        await one.leg.go()
    return time.perf_counter() - begun


HEAD = (
    "| calls | come in, a second | ms from the click to media p50 | p99 | % of a core | browsers"
    " | packets a second, each | lost | more than 60 ms late | ms between two, p99 | told their place | MiB |"
)


class House:
    """A server on this machine: its port, its process, and the public key of the workstream by which customers call."""

    def __init__(self, port: int, root: int, key: str) -> None:
        self.port, self.root, self.key = port, root, key
        self.customers: list[Customer] = []
        self._there: list[Waiting] = []
        self._board: Counter[str] = Counter()

    async def watched(self, supervisor: str) -> Listener:
        """By a supervisor with this session, who sees all of them."""
        cookie = {"Cookie": f"valvomo_session={supervisor}"}
        watching = await Listener.connect(self.port, "/api/v1/live", cookie, self._seen)
        watching.say({"op": "watch", "topic": "board"})
        return watching

    def _seen(self, payload: bytes, _at: float) -> None:
        self._board[str(msgspec.json.decode(payload).get("op"))] += 1

    async def called(self, many: int, seconds: float) -> float:
        """By so many, whose voices are ready for some seconds when all wait; how many have come in a second."""
        said = voice(random.Random(5))
        self.customers = [Customer(Waiting(said, {})) for _ in range(many)]
        async with asyncio.TaskGroup() as tasks:
            staying = tasks.create_task(all_stay(self._there))
            begun = time.perf_counter()
            await gather(self.customers, self._there, self.port, self.key)
            came = time.perf_counter() - begun
            for leg in self._there:
                leg.prepare(int((seconds + SETTLE + 4) / STEP))
                await asyncio.sleep(0)
            staying.cancel()
        return many / came

    async def waited(self, came: float, seconds: float) -> str:
        """Everybody waits; a row of the table."""
        legs, many = self._there, len(self._there)
        await speaks(legs, SETTLE)
        for leg in legs:
            leg.begin()
        cpu, ours, begun = processes.cpu_seconds(self.root), time.process_time(), time.perf_counter()
        await speaks(legs, seconds)
        passed = time.perf_counter() - begun
        cpu, ours = (processes.cpu_seconds(self.root) - cpu) / passed, (time.process_time() - ours) / passed
        heard = [leg.heard for leg in legs]
        took = [one.took for one in self.customers]
        places = sum(one.place is not None for one in self.customers)
        return (
            f"| {many} | {came:.0f} | {at(took, 0.5)} | {at(took, 0.99)} | {100 * cpu:.0f} | {100 * ours:.0f}"
            f" | {sum(one.came for one in heard) / many / passed:.1f} | {sum(one.lost for one in heard)}"
            f" | {sum(one.late for one in heard)} | {at([gap for one in heard for gap in one.gaps], 0.99)}"
            f" | {places} | {processes.memory_bytes(self.root) / MIB:.0f} |"
        )

    async def play(self, many: int, seconds: float, supervisor: str) -> None:
        """All of it."""
        watching = await self.watched(supervisor)
        print(await self.waited(await self.called(many, seconds), seconds))
        took = await over(self.customers, self.port)
        print(f"all over in {took:.1f} s; the supervisor had {self._board.total()} frames")
        watching.close()


async def main() -> None:
    """Print a row."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--calls", type=int, default=1000)
    asked.add_argument("--seconds", type=float, default=30.0)
    asked.add_argument("--processes", type=int, default=1, help="of the engine")
    options = asked.parse_args()
    print(f"{os.cpu_count()} processors, load average {os.getloadavg()[0]:.1f} at the start\n")
    print(HEAD)
    print("|---" * HEAD.count(" | ") + "|---|")
    settings = {
        "VALVOMO_CALLS_PROCESSES": str(options.processes),
        "VALVOMO_CALLS_PORT": str(processes.free_port()),
    }
    with tempfile.TemporaryDirectory(prefix="valvomo-calls-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        async with EmbeddedPostgres(folder / "postgres") as database:
            staff = await staffed(database.url, agents=1, capacity=1, supervisors=1, entrance="Voice calls")
            with processes.server(database.url, folder, settings) as (pid, port):
                house = House(port, pid, staff.key)
                await house.play(options.calls, options.seconds, staff.supervisors[0])
                print((folder / "server.log").read_text()[-1500:])
            print(f"\n`valvomo verify`: {processes.verified(database.url)}")


if __name__ == "__main__":
    uvloop.run(main())
