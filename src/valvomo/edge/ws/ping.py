"""`/api/ping`: a WebSocket for whoever wants to know whether one comes through, and how (`valvomo doctor`).

Open to everybody, because it is asked before anybody can sign in. It says what this process has seen of the request,
ticks three times, is silent for as long as a live stream may be, and ends. It names nobody and no address.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from valvomo.edge.http.origin import address, foreign_origin, header
from valvomo.edge.parts import Parts
from valvomo.edge.ws.frames import EXTENSION

PATH = "/api/ping"
MOST = 20
"""At a time; whoever comes then is told to come again."""
TICKS = 3
TICK_SECONDS = 0.3
QUIET_SECONDS = 5.0
"""A live stream speaks every second; a proxy that ends what is silent for less than this is too hasty."""
CLOSE_BUSY = 1013
CLOSE_DONE = 1000

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Ping:
    """One for a process."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._open = 0

    async def answer(self, scope: Any, receive: Receive, send: Send) -> None:
        """One that has asked to be let in."""
        await send({"type": "websocket.accept"})
        if self._open >= MOST or self._parts.paces["ping"].wait(address(scope)):
            await send({"type": "websocket.close", "code": CLOSE_BUSY})
            return
        self._open += 1
        try:
            async with asyncio.TaskGroup() as group:
                speaking = group.create_task(_speak(scope, send))
                listening = group.create_task(_until_gone(receive))
                await asyncio.wait({speaking, listening}, return_when=asyncio.FIRST_COMPLETED)
                speaking.cancel()
                listening.cancel()
        finally:
            self._open -= 1


async def _speak(scope: Any, send: Send) -> None:
    with contextlib.suppress(OSError, RuntimeError):
        await _say(send, op="seen", **_seen(scope))
        for number in range(TICKS):
            await asyncio.sleep(TICK_SECONDS)
            await _say(send, op="tick", number=number)
        await asyncio.sleep(QUIET_SECONDS)
        await _say(send, op="done")
        await send({"type": "websocket.close", "code": CLOSE_DONE})


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def _say(send: Send, **frame: object) -> None:
    await send({"type": "websocket.send", "text": msgspec.json.encode(frame).decode()})


def _seen(scope: Any) -> dict[str, object]:
    """What a proxy has said, whether it was believed, and what became of the browser's own words."""
    headers = scope["headers"]
    forwarded = (
        header(headers, b"x-forwarded-for") is not None or header(headers, b"x-forwarded-proto") is not None
    )
    protocol = (scope.get("extensions") or {}).get(EXTENSION)
    peer = getattr(protocol, "client", None)
    client = scope.get("client")
    return {
        "secure": scope.get("scheme") == "wss",
        "forwarded": forwarded,
        # The server replaces the peer by what a trusted proxy says, and leaves it where the proxy is not trusted.
        "believed": forwarded and peer is not None and client is not None and tuple(peer) != tuple(client),
        "origin": not foreign_origin(scope),
        "host": header(headers, b"host") or "",
    }
