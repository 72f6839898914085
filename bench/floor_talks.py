"""Conversations in a closed loop: customer and agent write in turn, each when the other's words were seen."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any

import msgspec

from floor_place import Talk
from floor_wire import Caller, Listener

LOST_AFTER = 20.0
"""Seconds after which a message that was not seen is called lost."""
WORDS = "I ordered a week ago and nothing has come yet; can you see where my parcel is, please?"


class Item(msgspec.Struct, frozen=True):
    """What is read of an item."""

    kind: str
    seq: int = 0
    text: str | None = None


class Frame(msgspec.Struct, frozen=True):
    """What is read of a frame."""

    op: str
    topic: str = ""
    data: list[Item] = []


_DECODER = msgspec.json.Decoder(Frame)


@dataclass(slots=True)
class Side:
    """What one side's live socket has shown. Numbers must come one by one: anything else is counted."""

    last: int = -1
    faults: int = 0
    seen: int = 0
    awaited: str = ""
    arrived: asyncio.Future[float] | None = None

    def take(self, frame: Frame, at: float) -> None:
        """A frame of this conversation."""
        for item in frame.data:
            if item.kind != "message":
                continue
            self.faults += self.last >= 0 and item.seq != self.last + 1
            self.last = max(self.last, item.seq)
            self.seen += 1
            if item.text == self.awaited and self.arrived is not None and not self.arrived.done():
                self.arrived.set_result(at)
        if frame.op == "snapshot":
            self.last = max(self.last, 0)


@dataclass(slots=True)
class Conversing:
    """One conversation with its two sides."""

    talk: Talk
    port: int
    customer: Side = field(default_factory=Side)
    agent: Side = field(default_factory=Side)
    number: int = 0
    callers: list[Caller] = field(default_factory=list)

    async def say(self) -> tuple[float, float]:
        """One message; seconds to the answer, which says that it is durable, and until the other side saw it."""
        self.number += 1
        text, by_customer = f"{self.number:07} {WORDS}", self.number % 2 == 1
        other = self.agent if by_customer else self.customer
        other.awaited, other.arrived = text, asyncio.get_running_loop().create_future()
        caller, begun = self.callers[by_customer], time.perf_counter()
        if by_customer:
            path, headers = "/widget/v1/messages", {"Authorization": f"Bearer {self.talk.token}"}
        else:
            path = f"/api/v1/conversations/{self.talk.id}/messages"
            headers = {"Cookie": f"valvomo_session={self.talk.session}"}
        await caller.post(path, headers, {"text": text, "client_id": f"bench-{by_customer}-{self.number}"})
        durable = time.perf_counter()
        async with asyncio.timeout(LOST_AFTER):
            seen = await other.arrived
        return durable - begun, seen - begun


class Talking:
    """All conversations. Agents have one socket each, for all that they serve; customers one each."""

    def __init__(self, talks: list[Conversing]) -> None:
        self.talks = talks
        self.sockets: list[Listener] = []

    async def open(self, port: int) -> None:
        """Everybody's sockets and connections."""
        by_topic = {f"conversation:{one.talk.id}": one for one in self.talks}

        def heard_by_agent(payload: bytes, at: float) -> None:
            frame = _DECODER.decode(payload)
            if frame.topic in by_topic:
                by_topic[frame.topic].agent.take(frame, at)

        for session in dict.fromkeys(one.talk.session for one in self.talks):
            cookie = {"Cookie": f"valvomo_session={session}"}
            socket = await Listener.connect(port, "/api/v1/live", cookie, heard_by_agent)
            for one in self.talks:
                if one.talk.session == session:
                    socket.say({"op": "watch", "topic": f"conversation:{one.talk.id}"})
            self.sockets.append(socket)
        for one in self.talks:
            await self._open_customer(one, port)

    async def _open_customer(self, one: Conversing, port: int) -> None:
        socket = await Listener.connect(
            port,
            f"/widget/v1/live?token={one.talk.token}",
            {},
            lambda payload, at: one.customer.take(_DECODER.decode(payload), at),
        )
        socket.say({"op": "watch", "topic": "conversation"})
        self.sockets.append(socket)
        one.callers = [Caller(port), Caller(port)]

    async def play(self, seconds: float, rate: float) -> dict[str, Any]:
        """A round: counts, waits in seconds, and what went wrong."""
        before = [(one.customer.seen, one.agent.seen) for one in self.talks]
        started, durable, seen = time.perf_counter(), list[float](), list[float]()
        until = started + seconds
        pause = len(self.talks) / rate if rate else 0.0
        late: list[str] = []

        async def converse(one: Conversing) -> None:
            await asyncio.sleep(random.uniform(0, pause))
            while (begun := time.perf_counter()) < until:
                try:
                    first, second = await one.say()
                except TimeoutError:
                    late.append(one.talk.id)
                    return
                durable.append(first)
                seen.append(second)
                await asyncio.sleep(max(0.0, min(begun + pause, until) - time.perf_counter()))

        async with asyncio.TaskGroup() as group:
            for one in self.talks:
                group.create_task(converse(one))
        elapsed = time.perf_counter() - started
        await asyncio.sleep(0.3)  # the writers' own copies may still be under way
        shown = [one.customer.seen + one.agent.seen for one in self.talks]
        return {
            "count": len(seen),
            "elapsed": elapsed,
            "durable": durable,
            "seen": seen,
            "lost": len(late) + sum(one.lost for one in self.sockets),
            "shown": sum(shown) - sum(map(sum, before)),
            "disordered": sum(one.customer.faults + one.agent.faults for one in self.talks),
        }
