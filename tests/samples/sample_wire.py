"""A wire between clients and servers, or a server and its database, which a test cuts, slows down or freezes."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sample_server import free_port

Address = tuple[str, int] | Path
"""Host and port, or the path of a Unix socket."""
CHUNK = 64 * 1024
_AT_ONCE = struct.pack("ii", 1, 0)
"""``SO_LINGER`` with no time: closing sends a reset, as a crashed peer's network does."""


@dataclass(slots=True, kw_only=True)
class Wire:
    """From its own address to one of `ends`, in turn; an end that does not answer is passed over."""

    ends: Sequence[Address]
    delay: float = 0.0
    """Seconds that every piece takes in each direction."""

    broken: bool = False
    """Nobody gets a connection; those that are open stay (see `cut`)."""

    carried: int = 0
    _moving: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.StreamWriter] = field(default_factory=set)
    _turns: itertools.count[int] = field(default_factory=itertools.count)

    def __post_init__(self) -> None:
        self._moving.set()

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._open) // 2

    def freeze(self) -> None:
        """Half-open: both sides believe in their connections, and nothing comes through, not even an end."""
        self._moving.clear()

    def thaw(self) -> None:
        """Everything that was sent meanwhile comes through."""
        self._moving.set()

    def cut(self) -> None:
        """All connections are reset at once."""
        for writer in list(self._open):
            _reset(writer)

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until either side ends it."""
        far = None if self.broken else await self._connect()
        if far is None:
            _reset(writer)
            return
        writers = {writer, far[1]}
        self._open |= writers
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, far[1]))
                group.create_task(self._pump(far[0], writer))
        except* OSError:
            pass
        finally:
            self._open -= writers
            for one in writers:
                one.close()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        first = next(self._turns)
        for number in range(len(self.ends)):
            end = self.ends[(first + number) % len(self.ends)]
            with contextlib.suppress(OSError):
                if isinstance(end, Path):
                    return await asyncio.open_unix_connection(end)
                return await asyncio.open_connection(*end)
        return None

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(CHUNK):
            await asyncio.sleep(self.delay)
            await self._moving.wait()
            writer.write(piece)
            await writer.drain()
            self.carried += len(piece)
        await self._moving.wait()
        with contextlib.suppress(OSError):
            if writer.can_write_eof():
                writer.write_eof()


@asynccontextmanager
async def strung(wire: Wire, at: Path | None = None) -> AsyncIterator[int]:
    """The wire, to be had at a Unix socket or, without a path, at a port of its own, which is given."""
    port = 0
    if at is not None:
        listening = await asyncio.start_unix_server(wire.carry, at)
        at.chmod(0o666)
    else:
        port = free_port()
        listening = await asyncio.start_server(wire.carry, "127.0.0.1", port)
    try:
        yield port
    finally:
        listening.close()
        wire.thaw()
        wire.cut()
        await listening.wait_closed()


def _reset(writer: asyncio.StreamWriter) -> None:
    end = writer.get_extra_info("socket")
    if end is not None and end.family != socket.AF_UNIX:
        with contextlib.suppress(OSError):
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    writer.transport.abort()
