"""Proxies between a client and a server that do something wrong, each in its own way."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

CHUNK = 65536


def as_it_came(head: bytes) -> bytes:
    """Nothing is changed, nothing is added: nobody says who comes."""
    return head


def without_upgrade(head: bytes) -> bytes:
    """As a proxy does that speaks HTTP/1.0 to its backends."""
    head = re.sub(rb"(?im)^(upgrade|connection|sec-websocket-[a-z]+):.*\r\n", b"", head)
    return head.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)


def another_host(head: bytes) -> bytes:
    """As a proxy does that asks for its backend's name."""
    return re.sub(rb"(?im)^host:.*\r\n", b"Host: backend.internal\r\n", head)


def forwarding(head: bytes) -> bytes:
    """As it should be, for somebody who came by TLS."""
    said = b"\r\nX-Forwarded-For: 192.0.2.7\r\nX-Forwarded-Proto: https\r\n"
    return head.replace(b"\r\n", said, 1)


@dataclass(slots=True, kw_only=True)
class BadProxy:
    """`idle`: seconds of silence after which it ends everything. `hold`: seconds that it keeps answers back."""

    backend: int
    rewrite: Callable[[bytes], bytes] = as_it_came
    idle: float | None = None
    hold: float = 0.0
    answer: bytes = b""
    """Given instead of asking the backend."""

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if self.answer:
                writer.write(self.answer)
            else:
                await self._ask(self.rewrite(head), reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _ask(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, forth = await asyncio.open_connection("127.0.0.1", self.backend)
        forth.write(head)
        try:
            async with asyncio.TaskGroup() as group:
                up = group.create_task(_pump(reader, forth))
                down = group.create_task(self._down(back, writer))
                await asyncio.wait({up, down}, return_when=asyncio.FIRST_COMPLETED)
                up.cancel()
                down.cancel()
        finally:
            forth.close()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.readuntil(b"\r\n\r\n"))
        held = b""
        with contextlib.suppress(TimeoutError):
            while piece := await asyncio.wait_for(reader.read(CHUNK), self.hold or self.idle):
                if self.hold:
                    held += piece
                else:
                    writer.write(piece)
        writer.write(held)
        if self.hold:
            await _pump(reader, writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await reader.read(CHUNK):
            writer.write(piece)
            await writer.drain()


@asynccontextmanager
async def in_front(proxy: BadProxy) -> AsyncIterator[str]:
    """Its address."""
    listening = await asyncio.start_server(proxy.carry, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    finally:
        listening.close()
