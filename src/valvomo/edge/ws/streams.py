"""Where providers of telephone calls bring the sound of a call: a socket with a token in its address, good for once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from valvomo.domain.refusals import Refusal
from valvomo.edge.parts import Parts

_PATH = re.compile(
    r"/channels/([a-z][a-z0-9_]{0,30})/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/stream/([A-Za-z0-9._-]{1,200})"
)
CLOSE_DONE, CLOSE_TOO_LARGE = 1000, 1009
MOST_FRAME = 64 * 1024
"""Characters of a frame; longer ones end the socket."""
MOST_WAITING = 500
"""Frames that wait to be read: ten seconds' of sound. Whoever sends quicker than we read is cut off."""

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]


class Streams:
    """One for a process."""

    def __init__(self, parts: Parts) -> None:
        self._switchboard = parts.channels.switchboard

    def find(self, path: str) -> re.Match[str] | None:
        """Whether a socket is asked for here."""
        return _PATH.fullmatch(path)

    async def answer(self, found: re.Match[str], receive: Receive, send: Send) -> Refusal | None:
        """Carry the sound of a call to its end; why the socket is not let in, before it is."""
        admitted = await self._switchboard.admit(found[1], found[2], found[3])
        if isinstance(admitted, Refusal):
            return admitted
        trunk, call = admitted
        await send({"type": "websocket.accept"})
        socket = StreamSocket(receive, send)
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(socket.read())
            try:
                await trunk.stream(call, socket)
            finally:
                reading.cancel()
                await socket.close()
        return None


class StreamSocket:
    """See `Socket`: a WebSocket that was let in."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._waiting: asyncio.Queue[str | None] = asyncio.Queue()
        self._closed = False

    async def read(self) -> None:
        """Take frames until there are none any more."""
        try:
            while True:
                event = await self._receive()
                if event["type"] == "websocket.disconnect":
                    break
                text = event.get("text")
                if text is None or len(text) > MOST_FRAME or self._waiting.qsize() > MOST_WAITING:
                    await self._close(CLOSE_TOO_LARGE)
                    break
                self._waiting.put_nowait(text)
        finally:
            self._waiting.put_nowait(None)

    async def receive(self) -> str:
        """See `Socket`."""
        text = await self._waiting.get()
        if text is None:
            self._waiting.put_nowait(None)
            raise ConnectionError("the socket is gone")
        return text

    async def send(self, text: str) -> None:
        """See `Socket`."""
        if not self._closed:
            with suppress(OSError, RuntimeError):
                await self._send({"type": "websocket.send", "text": text})

    async def close(self) -> None:
        """See `Socket`."""
        await self._close(CLOSE_DONE)
        self._waiting.put_nowait(None)

    async def _close(self, code: int) -> None:
        if not self._closed:
            self._closed = True
            with suppress(OSError, RuntimeError):
                await self._send({"type": "websocket.close", "code": code})
