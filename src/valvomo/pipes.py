"""What this process and one that it started say to each other (four bytes of length, then MessagePack), and its end."""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from contextlib import suppress
from typing import Any

import msgspec

MOST_BYTES = 1 << 25
"""Of a message: five minutes of plain sound at 48 kHz are less."""

_ENCODER = msgspec.msgpack.Encoder()


def packed(message: object) -> bytes:
    """A message as it goes over the pipe."""
    body = _ENCODER.encode(message)
    return len(body).to_bytes(4) + body


def checked(head: bytes, most: int = MOST_BYTES) -> int:
    """The length that a message begins with. Raises `ValueError` for one that cannot be."""
    length = int.from_bytes(head)
    if length > most:
        raise ValueError(f"a message of {length} bytes")
    return length


async def unpacked(
    reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[Any], most: int = MOST_BYTES
) -> Any:
    """The next message, None at the end of the pipe. Raises `ValueError` for what is none."""
    try:
        length = checked(await reader.readexactly(4), most)
        return decoder.decode(await reader.readexactly(length))
    except asyncio.IncompleteReadError:
        return None


async def ended(
    process: asyncio.subprocess.Process, within: float, reading: asyncio.Task[None] | None = None
) -> None:
    """Close its input, which ends it; one that has not ended after so many seconds is killed.

    What it still says is taken in first by whoever is `reading` it.
    """
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(within):
            if reading is not None:
                await asyncio.wait({reading})
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def standard() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Standard input and output of a process that was started to be spoken with.

    Whatever else is printed goes where logs go. Ends the process where it was started by hand.
    """
    mode = os.fstat(sys.stdin.fileno()).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
        raise SystemExit("the house gives this process its input by a pipe; it is not started by hand")
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.streams.FlowControlMixin(loop=loop), out
    )
    return reader, asyncio.StreamWriter(transport, protocol, None, loop)
