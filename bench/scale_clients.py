"""The clients of the large floor, in a process of their own: a JSON line in is an order, one out what came of it.

python bench/scale_clients.py SERVER-PORT SCENE.json
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import uvloop

from floor_wire import Caller
from scale_place import Scene
from scale_readers import Looked, Reader, begin_all, whole

CALLERS = 64
LAST_WAIT = 5.0
"""Seconds after the last message; what was not seen by then is lost."""
SUPERVISING = ("board", "agents", "figures", "me")
KEEPING = 5
"""Supervisors whose rows are compared with those of one who comes afterwards."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """`kind`: open, open_idle, play, storm, board. `rate` messages a second, `count` sockets."""

    kind: str
    seconds: float = 0.0
    rate: float = 0.0
    count: int = 0
    packed: bool = True


class Crowd:
    """Everybody. A change is a message of a customer or an agent, which each supervisor's row must show."""

    def __init__(self, port: int, scene: Scene) -> None:
        self.port = port
        self.scene = scene
        self.looked = Looked()
        self.supervisors: list[Reader] = []
        self.others: list[Reader] = []
        self.idle: list[Reader] = []
        self._numbers = itertools.count(1)
        self._left: dict[int, int] = {}
        self._last: dict[int, float] = {}
        self._first: dict[int, float] = {}
        self._watching = [0] * (1 + max(one.queue for one in scene.talks))
        for _, queue in scene.supervisors:
            for one in range(len(self._watching)):
                self._watching[one] += queue is None or queue == one

    def staff(self, session: str, topics: tuple[str, ...], *, packed: bool = True, **more: Any) -> Reader:
        """Somebody who is signed in."""
        headers = {"Cookie": f"valvomo_session={session}"}
        accept = {"accept": "gzip"} if packed else {}
        return Reader(self.port, "/api/v1/live", headers, topics, self.looked, accept, **more)

    def customer(self, number: int) -> Reader:
        """The customer of a conversation."""
        token = self.scene.talks[number % len(self.scene.talks)].token
        return Reader(self.port, "/widget/v1/live", {}, ("conversation",), self.looked, token=token)

    async def open(self, order: Order) -> dict[str, Any]:
        """Supervisors, and agents with all their conversations; `count` sockets of customers."""
        self.supervisors = [
            self.staff(session, SUPERVISING, packed=order.packed, marked=self._marked, keeps=number < KEEPING)
            for number, (session, _) in enumerate(self.scene.supervisors)
        ]
        talks: list[list[str]] = [[] for _ in self.scene.agents]
        for one in self.scene.talks:
            talks[one.agent].append(f"conversation:{one.id}")
        agents = [
            self.staff(session, ("me", *talks[number])) for number, session in enumerate(self.scene.agents)
        ]
        self.others = [*agents, *map(self.customer, range(order.count))]
        return {"seconds": await begin_all([*self.supervisors, *self.others])}

    async def open_idle(self, order: Order) -> dict[str, Any]:
        """So many sockets: half staff with a supervisor's or an agent's topics, half customers."""
        sessions = [one for one, _ in self.scene.supervisors] + self.scene.agents
        everybody = [
            self.customer(number // 2)
            if number % 2
            else self.staff(sessions[number // 2 % len(sessions)], ("agents", "figures", "me"))
            for number in range(order.count)
        ]
        self.idle = everybody
        return {"seconds": await begin_all(everybody)}

    async def play(self, order: Order) -> dict[str, Any]:
        """Messages at a steady rate, whether or not the ones before have been answered."""
        for each in (self._left, self._last, self._first):
            each.clear()
        before = [(one.frames, one.size) for one in self.supervisors]
        others = sum(one.frames for one in self.others)
        began, begun, durable = time.perf_counter(), dict[int, float](), list[float]()
        callers: asyncio.Queue[Caller] = asyncio.Queue()
        for _ in range(CALLERS):
            callers.put_nowait(Caller(self.port))
        async with asyncio.TaskGroup() as group:
            for number in range(int(order.rate * order.seconds)):
                await asyncio.sleep(max(0.0, began + number / order.rate - time.perf_counter()))
                group.create_task(self._say(callers, (begun, durable)))
        elapsed = time.perf_counter() - began
        await self._all_seen()
        waits = {one: self._last[one] - at for one, at in begun.items() if not self._left[one]}
        return {
            "count": len(begun),
            "elapsed": elapsed,
            "durable": durable,
            "first": [self._first[one] - begun[one] for one in waits],
            "last": list(waits.values()),
            "lost": len(begun) - len(waits),
            "faults": sum(one.faults for one in (*self.supervisors, *self.others)),
            "frames": sum(one.frames for one in self.supervisors) - sum(one for one, _ in before),
            "bytes": sum(one.size for one in self.supervisors) - sum(one for _, one in before),
            "others": sum(one.frames for one in self.others) - others,
            "wrong": await self._wrong(),
        }

    async def board(self, order: Order) -> dict[str, Any]:
        """Boards opened anew, one after the other: seconds until all rows are there."""
        waits, session = [], self.scene.supervisors[0][0]
        one = self.staff(session, ("board",))
        for _ in range(order.count):
            one = self.staff(session, ("board",), packed=order.packed, keeps=True)
            began = time.perf_counter()
            await begin_all([one])
            waits.append(one.whole_at - began)
            _hang_up([one])
        return {"waits": waits, "rows": len(one.rows), "bytes": one.size, "frames": one.frames}

    async def storm(self, order: Order) -> dict[str, Any]:
        """Everybody is cut off in one moment, while messages go on; seconds until each has all of it again."""
        everybody = [*self.supervisors, *self.others]
        snapshots = sum(one.snapshots for one in everybody)
        async with asyncio.TaskGroup() as group:
            playing = group.create_task(self.play(order))
            await asyncio.sleep(1.0)
            cut = time.perf_counter()
            for one in everybody:
                one.waiting = set(one.topics)
                if one.socket is not None:
                    one.socket.cut()
            for one in everybody:
                group.create_task(one.come_back())
        await whole(everybody, 60.0)
        played = playing.result()
        return {
            "waits": [one.whole_at - cut for one in everybody],
            "snapshots": sum(one.snapshots for one in everybody) - snapshots,
            "topics": sum(len(one.topics) for one in everybody),
            "durable": played["durable"],
            "faults": sum(one.faults for one in everybody),
            "wrong": await self._wrong(),
        }

    async def _all_seen(self) -> None:
        for _ in range(int(LAST_WAIT / 0.05)):
            if not any(self._left.values()):
                return
            await asyncio.sleep(0.05)

    async def _wrong(self) -> int:
        """Rows that supervisors have otherwise than somebody who comes now, once nothing happens any more."""
        wrong = 0
        for number, one in enumerate(self.supervisors[:KEEPING]):
            fresh = self.staff(self.scene.supervisors[number][0], ("board",), keeps=True)
            until = time.perf_counter() + LAST_WAIT
            while True:
                await begin_all([fresh])
                differ = fresh.rows.items() ^ one.rows.items()
                if not differ or time.perf_counter() > until:
                    break
                await asyncio.sleep(0.2)
            wrong += len(differ)
            _hang_up([fresh])
        return wrong

    async def _say(self, callers: asyncio.Queue[Caller], found: tuple[dict[int, float], list[float]]) -> None:
        begun, durable = found
        number = next(self._numbers)
        talk = self.scene.talks[number % len(self.scene.talks)]
        words = {"text": f"change {number} of the board", "client_id": f"scale-{number}"}
        self._left[number] = self._watching[talk.queue]
        begun[number] = time.perf_counter()
        caller = await callers.get()
        if number % 2:
            path, who = "/widget/v1/messages", {"Authorization": f"Bearer {talk.token}"}
        else:
            path = f"/api/v1/conversations/{talk.id}/messages"
            who = {"Cookie": f"valvomo_session={self.scene.agents[talk.agent]}"}
        await caller.post(path, who, words)
        durable.append(time.perf_counter() - begun[number])
        callers.put_nowait(caller)

    def _marked(self, marks: tuple[int, ...], at: float) -> None:
        for one in marks:
            if one in self._left:
                self._left[one] -= 1
                self._first.setdefault(one, at)
                self._last[one] = at


def _hang_up(readers: Sequence[Reader]) -> None:
    for one in readers:
        if one.socket is not None:
            one.socket.close()


async def main() -> None:
    scene = msgspec.json.decode(Path(sys.argv[2]).read_bytes(), type=Scene)
    crowd = Crowd(int(sys.argv[1]), scene)
    gc.disable()
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        order = msgspec.json.decode(line, type=Order)
        answer = await getattr(crowd, order.kind)(order)
        sys.stdout.buffer.write(msgspec.json.encode(answer) + b"\n")
        sys.stdout.buffer.flush()
        gc.collect()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
