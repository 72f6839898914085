"""HTTP and WebSocket as thin as they can be, so that clients on the same cores take little from the server.

Of WebSockets only what servers here send is understood: unmasked frames that are whole. Anything else raises.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

import httptools
import msgspec

HOST = "127.0.0.1"
_TEXT, _BINARY, _CLOSE, _PING, _PONG = 1, 2, 8, 9, 10
_KEY = "AAAAAAAAAAAAAAAAAAAAAA=="

Heard = Callable[[bytes, float], None]


class WireError(OSError):
    """The server said something else than was expected."""


class Caller(asyncio.Protocol):
    """One HTTP connection that is kept; one request at a time. The server may have closed it while it was idle."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._transport: Any = None
        self._buffer = bytearray()
        self._parser: Any = None
        self._answer: asyncio.Future[bytes] | None = None

    async def post(self, path: str, headers: Mapping[str, str], body: object) -> Any:
        """The decoded answer. Raises `WireError` when it is not a success."""
        return await self.ask("POST", path, headers, body)

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: object) -> Any:
        """The same by another method."""
        answer = await self.raw(method, path, headers, msgspec.json.encode(body))
        return msgspec.json.decode(answer) if answer else None

    async def raw(self, method: str, path: str, headers: Mapping[str, str], content: bytes = b"") -> bytes:
        """The answer as it came."""
        if self._transport is None or self._transport.is_closing():
            self._buffer.clear()
            await asyncio.get_running_loop().create_connection(lambda: self, HOST, self._port)
        head = {**headers, "Content-Type": "application/json", "Content-Length": str(len(content))}
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(_head(method, path, head) + content)
        return await self._answer

    def connection_made(self, transport: Any) -> None:
        """Connected."""
        self._transport = transport
        self._parser = httptools.HttpResponseParser(self)

    def data_received(self, data: bytes) -> None:
        """Part of an answer, or all of it."""
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        """Part of what is answered."""
        self._buffer += body

    def on_message_complete(self) -> None:
        """All of it is there."""
        body = bytes(self._buffer)
        self._buffer.clear()
        status, answer, self._answer = self._parser.get_status_code(), self._answer, None
        if answer is None or answer.done():
            return
        if 200 <= status < 300:
            answer.set_result(body)
        else:
            answer.set_exception(WireError(f"{status} {body[:300]!r}"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits for an answer gets none; the next request connects again."""
        self._transport = None
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(WireError(f"connection lost: {exc}"))


class Listener(asyncio.Protocol):
    """One WebSocket. `heard` gets each message with the time at which its bytes were there."""

    def __init__(self, path: str, headers: Mapping[str, str], heard: Heard) -> None:
        self._path = path
        self._headers = headers
        self._heard = heard
        self._transport: Any = None
        self._buffer = bytearray()
        self.upgraded: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.lost = False

    @classmethod
    async def connect(cls, port: int, path: str, headers: Mapping[str, str], heard: Heard) -> Listener:
        """To the server on loopback, upgraded."""
        loop = asyncio.get_running_loop()
        _, listener = await loop.create_connection(lambda: cls(path, headers, heard), HOST, port)
        async with asyncio.timeout(30):
            await listener.upgraded
        return listener

    def say(self, frame: object) -> None:
        """Send JSON."""
        self.send(msgspec.json.encode(frame))

    def send(self, payload: bytes, opcode: int = _TEXT) -> None:
        """Send a frame, masked with zeros: the mask must be there but need not hide anything."""
        length = len(payload)
        size = bytes((0x80 | length,)) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
        self._transport.write(bytes((0x80 | opcode,)) + size + b"\0\0\0\0" + payload)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()

    def cut(self) -> None:
        """Be gone without a word."""
        self._transport.abort()

    def connection_made(self, transport: Any) -> None:
        """Connected: ask for the upgrade."""
        self._transport = transport
        upgrade = {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": _KEY,
        }
        transport.write(_head("GET", self._path, {**upgrade, **self._headers}))

    def data_received(self, data: bytes) -> None:
        """Frames, or parts of them."""
        at = time.perf_counter()
        self._buffer += data
        if not self.upgraded.done() and not self._begins():
            return
        while (frame := _frame(self._buffer)) is not None:
            opcode, payload = frame
            if opcode in {_TEXT, _BINARY}:
                self._heard(payload, at)
            elif opcode == _PING:
                self.send(payload, _PONG)
            elif opcode != _PONG:
                self.lost = True

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more will be heard."""
        self.lost = True
        if not self.upgraded.done():
            self.upgraded.set_exception(WireError(f"connection lost: {exc}"))

    def _begins(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        if not head.startswith(b"HTTP/1.1 101"):
            self.upgraded.set_exception(WireError(repr(head[:200])))
            return False
        self.upgraded.set_result(None)
        return True


def _head(method: str, path: str, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}",
        *(f"{name}: {one}" for name, one in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("ascii")


def _frame(buffer: bytearray) -> tuple[int, bytes] | None:
    """Take the first frame off the buffer, if it is all there."""
    if len(buffer) < 2:
        return None
    length, begin = buffer[1], 2
    if length == 126:
        length, begin = int.from_bytes(buffer[2:4], "big"), 4
    elif length == 127:
        length, begin = int.from_bytes(buffer[2:10], "big"), 10
    if len(buffer) < begin or len(buffer) < begin + length:
        return None
    if not buffer[0] & 0x80:
        raise WireError("a frame in parts")
    opcode, payload = buffer[0] & 0x0F, bytes(buffer[begin : begin + length])
    del buffer[: begin + length]
    return opcode, payload
