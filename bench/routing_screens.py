"""Agents at their screens: from ending a conversation over HTTP to the next offer on the live socket."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping
from typing import Any

import msgspec

import floor_processes as processes
from floor_wire import Caller, Heard, Listener
from routing_place import RoutingPlace

PATIENCE = 30.0


class Screens:
    """The agents of `sessions`, each with a socket that watches `me`; `busy` is what they hold at the beginning.

    They end what they have accepted after a `pause` in seconds on average; without one, as fast as they can.
    """

    def __init__(self, place: RoutingPlace, port: int, busy: Mapping[str, str], pause: float) -> None:
        self._place = place
        self._port = port
        self._busy = busy
        self._pause = pause
        self._asked: dict[str, asyncio.Queue[tuple[str, float]]] = {}
        self._known: set[str] = set()

    async def play(self, seconds: float, pid: int) -> str:
        """What came of it, in words."""
        until = time.perf_counter() + seconds
        used, begun = processes.cpu_seconds(pid), time.perf_counter()
        async with asyncio.TaskGroup() as group:
            jobs = [group.create_task(self._work(agent, until)) for agent in self._place.sessions]
        waits = sorted(wait for job in jobs for wait in job.result())
        elapsed = time.perf_counter() - begun
        p50, p99 = (1000 * waits[min(len(waits) - 1, int(share * len(waits)))] for share in (0.5, 0.99))
        share = 100 * (processes.cpu_seconds(pid) - used) / elapsed
        return (
            f"freed capacity to the offer on the screen, {self._pause:.0f} s between: {len(waits)} times, "
            f"{len(waits) / elapsed:.1f} a second, "
            f"p50 {p50:.1f} ms, p99 {p99:.1f} ms; the whole server used {share:.0f} % of a core"
        )

    async def _work(self, agent: str, until: float) -> list[float]:
        asked = self._asked[agent] = asyncio.Queue()
        headers = {"Cookie": f"valvomo_session={self._place.sessions[agent]}"}
        socket = await Listener.connect(self._port, "/api/v1/live", headers, self._heard_by(agent))
        socket.say({"op": "watch", "topic": "me"})
        caller, waits = Caller(self._port), []
        conversation = self._busy.get(agent)
        while conversation is not None and time.perf_counter() < until:
            await asyncio.sleep(self._pause * random.uniform(0.5, 1.5))
            begun = time.perf_counter()
            await caller.post(f"/api/v1/conversations/{conversation}/end", headers, {})
            async with asyncio.timeout(PATIENCE):
                conversation, at = await asked.get()
            waits.append(at - begun)
            await caller.post(f"/api/v1/conversations/{conversation}/offer/accept", headers, {})
        socket.close()
        return waits

    def _heard_by(self, agent: str) -> Heard:
        def heard(payload: bytes, at: float) -> None:
            frame: dict[str, Any] = msgspec.json.decode(payload)
            if frame["op"] == "changes":
                for one in frame["data"]:
                    if one.get("kind") == "offer" and not one.get("removed") and one["id"] not in self._known:
                        # The same offer comes again when something else changes in its conversation.
                        self._known.add(one["id"])
                        self._asked[agent].put_nowait((one["conversation"]["id"], at))

        return heard
