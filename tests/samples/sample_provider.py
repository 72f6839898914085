"""A stand-in for a provider's server: it keeps what it is asked, and answers as it is told, well or badly."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Asked:
    """A request as the server read it; names of headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Said:
    """What it answers. `hang`: never; `drop`: the connection ends once the request has been read.

    `broken`: it ends in the midst of the body.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hang: bool = False
    drop: bool = False
    broken: bool = False


Answering = Callable[[Asked], Said]


class StandIn:
    """An HTTP server on loopback. `answer` may be changed at any time; `down` it takes no connections."""

    def __init__(self, answer: Answering = lambda _asked: Said()) -> None:
        self.asked: list[Asked] = []
        self.answer = answer
        self.port = 0
        self.came = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[StandIn]:
        await self.up()
        try:
            yield self
        finally:
            await self.down()

    async def up(self) -> None:
        """On the same port as before, if it has been up."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def down(self) -> None:
        """Nobody answers any more."""
        if self._server is not None:
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def until(self, count: int) -> None:
        """Until it has been asked so often."""
        async with asyncio.timeout(90):
            while len(self.asked) < count:
                self.came.clear()
                await self.came.wait()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._one(reader, writer):
                    pass
        finally:
            self._writers.discard(writer)
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        method, path, _ = first.split(" ")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        asked = Asked(method, path, headers, body)
        said = self.answer(asked)
        self.asked.append(asked)
        self.came.set()
        if said.hang:
            await asyncio.Event().wait()
        if said.drop:
            return False
        lines = [f"HTTP/1.1 {said.status} Said", f"content-length: {len(said.body)}"]
        lines += [f"{name}: {value}" for name, value in said.headers.items()]
        body = said.body[: len(said.body) // 2] if said.broken else said.body
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        return not said.broken
