"""Supervisors who watch the board while one conversation after the other changes."""

from __future__ import annotations

import asyncio
import random
import re
import time
from typing import Any

from floor_place import Place
from floor_wire import Caller, Listener

INTERVAL = (0.05, 0.1)
"""Seconds between changes."""
LAST_WAIT = 2.0
"""Seconds after the last change; what was not seen by then is lost."""
_MARK = re.compile(rb"change (\d+) of the board")


class Watching:
    """A socket for each supervisor. A change is a customer's message, which their row shows as its preview."""

    def __init__(self, place: Place, port: int) -> None:
        self._place = place
        self._port = port
        self._sockets: list[Listener] = []
        self._callers: list[Caller] = []
        self._number = 0
        self._begun: dict[int, float] = {}
        self._arrived: dict[int, dict[int, float]] = {}
        self._doubled = 0

    async def open(self) -> None:
        """Everybody comes; nobody watches yet."""
        for number, session in enumerate(self._place.supervisors):
            headers = {"Cookie": f"valvomo_session={session}"}
            socket = await Listener.connect(self._port, "/api/v1/live", headers, self._heard_by(number))
            self._sockets.append(socket)
        self._callers = [Caller(self._port) for _ in self._place.talks]

    async def play(self, seconds: float, _rate: float) -> dict[str, Any]:
        """A round: waits of everybody, and of the last one of each change, in seconds."""
        self._begun.clear()
        self._arrived.clear()
        self._tell("watch")
        await asyncio.sleep(1.0)
        started = time.perf_counter()
        until = started + seconds
        async with asyncio.TaskGroup() as group:
            while time.perf_counter() < until:
                group.create_task(self._change())
                await asyncio.sleep(random.uniform(*INTERVAL))
        elapsed = time.perf_counter() - started
        everyone = len(self._sockets)
        await asyncio.sleep(LAST_WAIT)
        self._tell("unwatch")
        waits = {
            one: [at - begun for at in self._arrived[one].values()] for one, begun in self._begun.items()
        }
        return {
            "count": len(waits),
            "elapsed": elapsed,
            "seen": [wait for some in waits.values() for wait in some],
            "last": [max(some) for some in waits.values() if len(some) == everyone],
            "lost": sum(everyone - len(some) for some in waits.values())
            + sum(one.lost for one in self._sockets),
        }

    async def _change(self) -> None:
        self._number += 1
        number = self._number
        talk = self._place.talks[number % len(self._place.talks)]
        caller = self._callers[number % len(self._place.talks)]
        self._arrived[number] = {}
        self._begun[number] = time.perf_counter()
        words = {"text": f"change {number} of the board", "client_id": f"watch-{number}"}
        await caller.post("/widget/v1/messages", {"Authorization": f"Bearer {talk.token}"}, words)

    def _tell(self, op: str) -> None:
        for socket in self._sockets:
            socket.say({"op": op, "topic": "board"})

    def _heard_by(self, supervisor: int) -> Any:
        def heard(payload: bytes, at: float) -> None:
            for mark in _MARK.findall(payload):
                arrived = self._arrived.get(int(mark))
                if arrived is not None:
                    arrived.setdefault(supervisor, at)

        return heard
