"""Something that listens as Janus does, and answers as it is told to: no Janus is needed for it."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sample_offer import offer, section
from websockets.asyncio.server import ServerConnection, serve

from valvomo.media.janus import client, listed

Answers = Callable[[dict[str, Any]], dict[str, Any] | None]


def usual(asked: dict[str, Any]) -> dict[str, Any] | None:
    """A server that does whatever it is asked."""
    return {"janus": "success", "data": {"id": 7}, "info": {}}


@dataclass
class Fake:
    """Where something listens that answers as it is told to, and what it was asked."""

    answers: Answers = usual
    asked: list[dict[str, Any]] = field(default_factory=list)
    there: list[ServerConnection] = field(default_factory=list)
    port: int = 0
    free: asyncio.Event = field(default_factory=asyncio.Event)
    """Nothing is answered while this is not set."""

    @property
    def server(self) -> listed.Server:
        url = f"ws://127.0.0.1:{self.port}"
        return listed.Server(url=url, admin=url, api_secret="one", admin_secret="other")

    def requests(self, what: str) -> list[dict[str, Any]]:
        """Bodies of what was asked of rooms by this name."""
        bodies = [one["body"] for one in self.asked if one["janus"] == "message"]
        return [one for one in bodies if one["request"] == what]

    async def tell(self, what: str, sender: int) -> None:
        """Something happens at a handle, which whoever has it is told without having asked."""
        await self.there[0].send(msgspec.json.encode({"janus": what, "sender": sender}).decode())

    async def take(self, socket: ServerConnection) -> None:
        self.there.append(socket)
        async for text in socket:
            message = msgspec.json.decode(text)
            self.asked.append(message)
            await self.free.wait()
            answer = self.answers(message)
            if answer is not None:
                await socket.send(
                    msgspec.json.encode({"transaction": message["transaction"]} | answer).decode()
                )


@asynccontextmanager
async def listening(answers: Answers = usual) -> AsyncIterator[Fake]:
    fake = Fake(answers)
    fake.free.set()
    async with serve(fake.take, "127.0.0.1", 0, subprotocols=[client.API, client.ADMIN]) as server:
        [socket] = server.sockets
        fake.port = socket.getsockname()[1]
        yield fake


def rooms(asked: dict[str, Any]) -> dict[str, Any] | None:
    """A server that has whatever room it is asked for."""
    if asked["janus"] != "message":
        return usual(asked)
    there = [{"id": "nobody", "dummy": True}]
    return {"janus": "success", "plugindata": {"data": {"participants": there}}}


class Rooms:
    """A server in whose rooms people really are: what it is told to bind it says is bound."""

    def __init__(self) -> None:
        self._handles = itertools.count(100)
        self.bound: dict[int, dict[str, str]] = {}
        """By ear and stream, the feed."""
        self.mouths: list[int] = []

    def __call__(self, asked: dict[str, Any]) -> dict[str, Any] | None:
        if asked["janus"] == "attach":
            return {"janus": "success", "data": {"id": next(self._handles)}}
        if asked["janus"] != "message":
            return usual(asked)
        handle, body = asked["handle_id"], asked["body"]
        said: dict[str, Any] = {"participants": [{"id": "nobody", "dummy": True}]}
        match body["request"]:
            case "joinandconfigure":
                self.mouths.append(handle)
                return self._said({}, "answer")
            case "join":
                there = enumerate(body["streams"])
                self.bound[handle] = {str(number): one["feed"] for number, one in there}
                return self._said({}, "offer")
            case "switch":
                self.bound[handle] |= {one["sub_mid"]: one["feed"] for one in body["streams"]}
                streams = self.bound[handle].items()
                return self._said({"streams": [{"mid": mid, "feed_id": feed} for mid, feed in streams]})
            case _:
                return self._said(said)

    def _said(self, data: dict[str, Any], kind: str = "") -> dict[str, Any]:
        jsep = {"jsep": {"type": kind, "sdp": offer(section("0", direction="sendonly"))}} if kind else {}
        return {"janus": "event", "plugindata": {"data": data}} | jsep
