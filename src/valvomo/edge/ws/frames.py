"""Frames that were built once, written to many: past the framing that the server would do for each reader.

ASGI has no way to share an encoded frame. `SharedFrames` is uvicorn's own WebSocket protocol with the transport
handed to the application; on any other server `DirectSink` is not there and `QueuedSink` sends by plain ASGI.
Only valid while deflate is off and every message is one frame; both are ours to decide.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from valvomo.protocol.frames import Frame

EXTENSION = "valvomo.frames"
DEAD_BYTES = 8 * 1024 * 1024
"""A reader with so much unsent does not read at all; its connection is cut."""
CLOSE_SECONDS = 10.0
"""How long whoever is told to go may take to hear of it; then the connection is cut."""


class SharedFrames(WebSocketsSansIOProtocol):
    """Give it to uvicorn as `ws`, with `ws_per_message_deflate=False`."""

    async def run_asgi(self) -> None:
        """Hands the protocol to the application, which writes its frames with `write_frame`."""
        extensions: dict[str, Any] = dict(self.scope.get("extensions") or {})
        extensions[EXTENSION] = self
        self.scope["extensions"] = extensions
        try:
            await super().run_asgi()
        finally:
            del extensions[EXTENSION]

    async def send(self, message: Any) -> None:
        """As uvicorn does, but for its taking a refused handshake for a forgotten one: that is no error of ours."""
        await super().send(message)
        if message["type"] == "websocket.http.response.body" and not message.get("more_body"):
            self.handshake_complete = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave nothing that only a search for cycles would find: such searches are rare, and connections many."""
        super().connection_lost(exc)
        self.conn.parser.close()

    def write_frame(self, frame: Frame) -> None:
        """Write a whole frame, unless the connection is closing."""
        if not self.close_sent and not self.disconnected and not self.transport.is_closing():
            self.transport.write(frame.wire)

    def unsent(self) -> int:
        """Bytes that the reader has not taken yet."""
        return 0 if self.disconnected else self.transport.get_write_buffer_size()

    def keepalive_timeout(self) -> None:
        """Cut who does not even answer a ping: closing would wait until they have read what is unsent."""
        super().keepalive_timeout()
        self.cut()

    def cut(self) -> None:
        """End the connection without waiting for a reader who does not read."""
        self.transport.abort()


class DirectSink:
    """Straight to the transport. `closing` is the code with which to end, once somebody asked for it."""

    def __init__(self, protocol: SharedFrames) -> None:
        self._protocol = protocol
        self.closing: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def write(self, frame: Frame) -> None:
        """Send; a write that is not awaited has no back-pressure, so the buffer is looked at."""
        if self._protocol.unsent() > DEAD_BYTES:
            self._protocol.cut()
            return
        self._protocol.write_frame(frame)

    def buffered(self) -> int:
        """Bytes that wait to be sent."""
        return self._protocol.unsent()

    def close(self, code: int) -> None:
        """End the connection: with this code for who reads, and for who does not without it after a while."""
        if not self.closing.done():
            self.closing.set_result(code)
            self.closing.get_loop().call_later(CLOSE_SECONDS, self.cut)

    def cut(self) -> None:
        """End the connection at once; what is unsent is lost."""
        self._protocol.cut()

    async def run(self, send: Any) -> None:
        """Nothing to do here but to end it when that is asked for."""
        await send({"type": "websocket.close", "code": await self.closing})


class QueuedSink:
    """By plain ASGI, for servers whose transport we do not know."""

    def __init__(self) -> None:
        self._frames: deque[Frame] = deque()
        self._bytes = 0
        self._wake = asyncio.Event()
        self._code: int | None = None
        self._cut: float | None = None
        self._patience: asyncio.Timeout | None = None

    def write(self, frame: Frame) -> None:
        """Queue."""
        self._frames.append(frame)
        self._bytes += len(frame.payload)
        self._wake.set()
        if self._bytes > DEAD_BYTES:
            self._frames.clear()
            self.cut()

    def buffered(self) -> int:
        """Bytes that wait to be sent."""
        return self._bytes

    def close(self, code: int) -> None:
        """End the connection once what was queued before is sent, or cut it if that takes too long."""
        if self._code is None:
            self._code = code
            self._cut_at(asyncio.get_running_loop().time() + CLOSE_SECONDS)
        self._wake.set()

    def cut(self) -> None:
        """End the connection at once; what is unsent is lost."""
        self._cut_at(0.0)

    async def run(self, send: Any) -> None:
        """Send what is queued, until it is to be closed. Raises `TimeoutError` when it is cut."""
        try:
            async with asyncio.timeout_at(self._cut) as self._patience:
                await self._send_all(send)
        finally:
            self._patience = None

    def _cut_at(self, moment: float) -> None:
        self._cut = moment if self._cut is None else min(self._cut, moment)
        if self._patience is not None:
            self._patience.reschedule(self._cut)

    async def _send_all(self, send: Any) -> None:
        while True:
            while self._frames:
                frame = self._frames.popleft()
                said = {"bytes": frame.payload} if frame.binary else {"text": frame.payload.decode()}
                await send({"type": "websocket.send", **said})
                self._bytes -= len(frame.payload)
            if self._code is not None:
                await send({"type": "websocket.close", "code": self._code})
                return
            self._wake.clear()
            await self._wake.wait()


def sink_of(scope: Any) -> DirectSink | QueuedSink:
    """The best way out that this server has."""
    protocol = (scope.get("extensions") or {}).get(EXTENSION)
    return DirectSink(protocol) if isinstance(protocol, SharedFrames) else QueuedSink()
