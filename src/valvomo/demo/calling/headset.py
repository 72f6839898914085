"""An agent's headset: speaks in the calls that the agent has. Who answers and wraps up is the agent at their desk."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import httpx
import structlog

from valvomo.demo.calling.leg import Leg
from valvomo.demo.calling.lines import CallStream, NoWayError
from valvomo.demo.calling.talk import Speaker, Switchboard, speak
from valvomo.demo.calling.voices import Voice
from valvomo.demo.people.http import Http, RefusedError, UnreachableError
from valvomo.demo.people.matters import language
from valvomo.demo.people.stream import Frame

log = structlog.get_logger(__name__)

MINE = "me"
SPOKEN = frozenset({"voice", "video"})
LISTENS = 9.0
"""Seconds for which a person who calls is listened to before the next question."""


@dataclass(slots=True, kw_only=True, eq=False)
class Headset:
    """One agent's. `client` keeps the cookie of their second session."""

    board: Switchboard
    client: httpx.AsyncClient
    address: str
    email: str
    password: str
    height: float
    _name: str = ""
    _calls: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _known: dict[str, Any] = field(default_factory=dict)
    _news: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        """At work until cancelled."""
        http = Http(self.client)
        await http.post("/api/v1/session", {"email": self.email, "password": self.password})
        self._name = str((await http.get("/api/v1/me"))["name"])
        stream = CallStream(f"{self.address}/api/v1/live", self._hello, self._heard, self._cookie)
        async with asyncio.TaskGroup() as group:
            group.create_task(stream.run())
            while True:
                await self._news.wait()
                self._news.clear()
                for one, call in list(self._calls.items()):
                    if one not in self._known or call.done():
                        call.cancel()
                for one, row in self._known.items():
                    if one not in self._calls:
                        self._calls[one] = group.create_task(self._speak(http, stream, row))
                self._calls = {one: call for one, call in self._calls.items() if one in self._known}

    async def _speak(self, http: Http, stream: CallStream, row: Any) -> None:
        one, leg = str(row["id"]), Leg()
        talk = self.board.talks.get(one)
        tongue = talk.code if talk else str(row["language"] or "en")
        agent = Speaker(leg, Voice(tongue, self.height), self._name, http, one)
        try:
            await stream.come_in(leg, one, named=True)
            if talk is None:
                await self._listen(agent)
            else:
                await speak(self.board, talk, agent)
                await http.post(f"/api/v1/conversations/{one}/end", {})
        except (NoWayError, RefusedError, UnreachableError) as error:
            log.info("demo.call_ended", why=repr(error))
        finally:
            await leg.close()

    async def _listen(self, agent: Speaker) -> None:
        """Somebody real calls: greet them, ask now and then, until they hang up."""
        manners = language(agent.voice.language).manners
        for text in manners.unknown:
            await agent.leg.say(await self.board.voices.packets(agent.voice, text))
            await asyncio.sleep(LISTENS)
        await asyncio.Event().wait()

    def _hello(self) -> list[Frame]:
        return [{"op": "watch", "topic": MINE}]

    def _heard(self, frame: Frame) -> None:
        if frame.get("topic") != MINE:
            return
        if frame["op"] == "snapshot":
            self._known.clear()
        for item in frame.get("data") or ():
            if item.get("removed"):
                self._known.pop(item["id"], None)
            elif item.get("kind") == "conversation" and _in_call(item):
                self._known[item["id"]] = item
            elif item.get("kind") == "conversation":
                self._known.pop(item["id"], None)
        self._news.set()

    def _cookie(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{one.name}={one.value}" for one in self.client.cookies.jar)}


def _in_call(row: Any) -> bool:
    """Whether the agent has it, accepted, and can be in its call."""
    call = row.get("call")
    served = row["role"] == "primary" and row["state"] == "active" and row["stage"] != "offered"
    return served and call is not None and call["state"] == "on" and row["channel"] in SPOKEN
