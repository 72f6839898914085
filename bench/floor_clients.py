"""The clients, in a process of their own: a JSON line in is a round to play, a JSON line out is what came of it.

    python bench/floor_clients.py SERVER-PORT ECHO-PORT PLACE.json

Sockets stay open from the first round to the last, as people's do; supervisors watch in their rounds only.
"""

from __future__ import annotations

import asyncio
import gc
import random
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from floor_place import Place
from floor_watch import Watching
from floor_wire import Caller, Listener
from systems.valvomo_people import Chat, House, ValvomoPeople
from workload.ledger import Ledger
from workload.people import Ears
from workload.play import Part, Player

SETTLE = 1.0
"""Seconds between opening the sockets and the first round."""
ECHO = b"e" * 300
"""About as long as a message's frame."""


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: talk, watch or echo. `rate` messages a second altogether; 0 is as fast as they are answered."""

    kind: str
    seconds: float
    rate: float = 0.0


class Echoes:
    """As many sockets as there are conversations, on the bare echo."""

    def __init__(self) -> None:
        self.sockets: list[Listener] = []
        self._waiting: dict[int, asyncio.Future[float]] = {}

    async def open(self, port: int, count: int) -> None:
        """All sockets."""
        for number in range(count):
            self.sockets.append(await Listener.connect(port, "/", {}, self._heard_by(number)))

    async def play(self, seconds: float, rate: float) -> dict[str, Any]:
        """Each sends again when its echo is there; rates as for messages."""
        started = time.perf_counter()
        until = started + seconds
        waits: list[float] = []
        pause = len(self.sockets) / rate if rate else 0.0

        async def one(number: int) -> None:
            await asyncio.sleep(random.uniform(0, pause))
            while (begun := time.perf_counter()) < until:
                heard = self._waiting[number] = asyncio.get_running_loop().create_future()
                self.sockets[number].send(ECHO)
                waits.append(await heard - begun)
                await asyncio.sleep(max(0.0, min(begun + pause, until) - time.perf_counter()))

        async with asyncio.timeout(seconds + 30), asyncio.TaskGroup() as group:
            for number in range(len(self.sockets)):
                group.create_task(one(number))
        return {"count": len(waits), "elapsed": time.perf_counter() - started, "seen": waits}

    def _heard_by(self, number: int) -> Callable[[bytes, float], None]:
        return lambda _payload, at: self._waiting[number].set_result(at)


class Talking:
    """Conversations that are under way: in a closed loop, or, where there is a rate, by a schedule."""

    def __init__(self, place: Place) -> None:
        self._ledger = Ledger()
        self._place = place

    async def open(self, port: int) -> None:
        """Everybody's sockets and connections."""
        place = self._place
        people = ValvomoPeople(
            House(port=port, key=place.key, agents=place.agents, supervisors=[]),
            Ears(self._ledger.heard, self._ledger.shown),
        )
        await people.gather(len(place.agents), 0)
        for number, one in enumerate(place.talks):
            chat = Chat(
                id=one.id, token=one.token, agent=one.agent, customers=Caller(port), agents=Caller(port)
            )
            await people.meet(number, chat)
        self._player = Player(people=people, ledger=self._ledger)
        self._player.there = list(range(len(place.talks)))

    async def play(self, seconds: float, rate: float) -> dict[str, Any]:
        """A round: counts, waits in seconds, and what went wrong."""
        pause = len(self._place.talks) / rate if rate else 0.0
        kind = "floor" if rate else "ceiling"
        played = await self._player.play(Part(kind=kind, seconds=seconds, pause=pause))
        return {
            "count": played.said,
            "elapsed": seconds,
            "durable": played.accepted,
            "seen": played.to_agents + played.to_customers,
            "wrong": {name: count for name, count in played.faults.items() if count},
        }


async def main() -> None:
    server, echo = int(sys.argv[1]), int(sys.argv[2])
    place = msgspec.json.decode(Path(sys.argv[3]).read_bytes(), type=Place)
    talking = Talking(place)
    watching, echoes = Watching(place, server), Echoes()
    await talking.open(server)
    await watching.open()
    await echoes.open(echo, len(place.talks))
    await asyncio.sleep(SETTLE)
    gc.collect()
    gc.disable()
    say({"ready": True})
    plays: dict[str, Callable[[float, float], Awaitable[dict[str, Any]]]] = {
        "talk": talking.play, "watch": watching.play, "echo": echoes.play,
    }  # fmt: skip
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = msgspec.json.decode(line, type=Round)
        say(await plays[order.kind](order.seconds, order.rate))
        gc.collect()


def say(answer: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
