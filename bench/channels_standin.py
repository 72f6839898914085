"""The providers of the channels' benchmark: one server that takes what a custom channel and Twilio are sent."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs

import httptools
import msgspec

from floor_wire import HOST


class Providers:
    """What each customer has got, in order; `arrived` hears of each text."""

    def __init__(self) -> None:
        self.got: dict[str, list[str]] = {}
        self.arrived: Callable[[str, float], None] = lambda _text, _at: None
        self.url = ""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Providers]:
        """On loopback."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self), HOST, 0)
        self.url = f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
        try:
            yield self
        finally:
            server.close()

    def take(self, path: str, body: bytes) -> bytes:
        """A request, and what is answered."""
        if path == "/in":
            said = msgspec.json.decode(body)["data"]
            self._note(said["to"], said["text"])
            return b""
        form = parse_qs(body.decode())
        self._note(form["To"][0], form["Body"][0])
        return b'{"sid":"SM%032d","status":"queued"}' % sum(len(one) for one in self.got.values())

    def _note(self, number: str, text: str) -> None:
        self.got.setdefault(number, []).append(text)
        self.arrived(text, time.perf_counter())


class _Connection(asyncio.Protocol):
    def __init__(self, providers: Providers) -> None:
        self._providers = providers
        self._transport: Any = None
        self._parser: Any = httptools.HttpRequestParser(self)
        self._path = b""
        self._body = bytearray()

    def connection_made(self, transport: Any) -> None:
        """Connected."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Part of a request, or all of it."""
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        """What is asked for."""
        self._path += url

    def on_body(self, body: bytes) -> None:
        """Part of what is said."""
        self._body += body

    def on_message_complete(self) -> None:
        """All of it is there."""
        answer = self._providers.take(self._path.decode(), bytes(self._body))
        self._path = b""
        self._body.clear()
        self._transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)
