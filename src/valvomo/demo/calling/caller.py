"""A customer who calls: waits to be answered, speaks, and hangs up when nobody answers or it is over."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

from valvomo.demo.calling.leg import Leg
from valvomo.demo.calling.lines import CallStream
from valvomo.demo.calling.script import Kind
from valvomo.demo.calling.talk import Switchboard, Talk
from valvomo.demo.people.http import Http, RefusedError
from valvomo.demo.people.stream import Frame

TOPIC = "conversation"
LOSS = 0.22
"""Share of packets that a bad network swallows."""
PATIENCE = 300.0
"""Seconds that somebody waits to be answered."""
LONGEST = 600.0
_OVER = frozenset({"wrap_up", "closed"})


@dataclass(slots=True, kw_only=True, eq=False)
class Caller:
    """One customer, who comes by the workstream of this public key."""

    board: Switchboard
    http: Http
    address: str
    key: str
    talk: Talk
    consents: bool = True
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _token: str = ""

    async def run(self) -> None:
        """From calling to hanging up."""
        body = {
            "key": self.key,
            "name": self.talk.name,
            "language": self.talk.code,
            "subject": self.talk.matter.subject,
            "consent": self.consents,
        }
        started = await self.http.post("/widget/v1/conversations", body)
        one, self._token = str(started["conversation"]["id"]), str(started["token"])
        own = Http(self.http.client, self._token)
        stream = CallStream(f"{self.address}/widget/v1/live", self._hello, self._heard)
        leg = Leg(LOSS if self.talk.kind is Kind.BAD_NETWORK else 0.0)
        self.board.talks[one] = self.talk
        try:
            async with asyncio.TaskGroup() as group:
                listening = group.create_task(stream.run())
                try:
                    await stream.come_in(leg, one, named=False)
                    self.talk.caller = leg
                    await self._wait()
                finally:
                    listening.cancel()
        finally:
            self.board.talks.pop(one, None)
            await leg.close()
            await _end(own)

    async def _wait(self) -> None:
        """Until it is over; not for ever for somebody to answer."""
        try:
            async with asyncio.timeout(PATIENCE) as patience, asyncio.TaskGroup() as group:
                over = group.create_task(self._over.wait())
                await self.talk.begun.wait()
                patience.reschedule(asyncio.get_running_loop().time() + LONGEST)
                await over
        except TimeoutError:
            return

    def _hello(self) -> list[Frame]:
        return [{"op": "hello", "token": self._token}, {"op": "watch", "topic": TOPIC}]

    def _heard(self, frame: Frame) -> None:
        items: Any = frame.get("data") or ()
        if any(item.get("kind") == "conversation" and item.get("state") in _OVER for item in items):
            self._over.set()


async def _end(own: Http) -> None:
    """Hang up, where the house has not."""
    try:
        await own.post("/widget/v1/end", {})
    except RefusedError:
        return
