"""Asking ClamAV's daemon whether bytes are a virus, by its INSTREAM command.

The wire format is that of clamd(8): ``zINSTREAM`` ended by a NUL, then chunks, each after its length in four bytes
of network order, then a length of zero; the answer is one line ended by a NUL.
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

SECONDS = 60.0
"""For one file, all of it."""
_CONNECT_SECONDS = 5.0
_LONGEST_ANSWER = 4096
_CHUNK = 64 * 1024


class UnavailableError(Exception):
    """The daemon is away, or says what nobody can understand: nothing is known of the file."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What it says: clean, or a virus by `name`; `whole` is False when it would not look at so large a file."""

    virus: str | None = None
    whole: bool = True


class ClamAV:
    """The daemon at ``tcp://host:3310`` or ``unix:///path/to/its.socket``."""

    def __init__(self, url: str) -> None:
        self._url = urlsplit(url)

    async def scan(self, chunks: AsyncIterator[bytes]) -> Verdict:
        """Have these bytes looked at. Raises `UnavailableError`."""
        async with _patience(SECONDS):
            return _verdict(await self._ask(b"zINSTREAM\0", chunks))

    async def ping(self) -> None:
        """Whether it answers. Raises `UnavailableError`."""
        async with _patience(_CONNECT_SECONDS):
            said = await self._ask(b"zPING\0", None)
        if said != "PONG":
            raise UnavailableError(f"it answers a ping with {said[:80]!r}")

    async def _ask(self, command: bytes, chunks: AsyncIterator[bytes] | None) -> str:
        reader, writer = await self._connected()
        try:
            writer.write(command)
            # It may answer, and close, before it has heard all of a file that is larger than it takes.
            async with asyncio.TaskGroup() as group:
                answer = group.create_task(reader.readuntil(b"\0"))
                if chunks is not None:
                    await _send(writer, chunks, answer)
        except* (asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as errors:
            raise UnavailableError(f"it went away in the middle: {errors.exceptions[0]!r}") from errors
        finally:
            writer.close()
        return answer.result()[:-1].decode("utf-8", "replace").strip()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                if self._url.scheme == "unix":
                    return await asyncio.open_unix_connection(self._url.path, limit=_LONGEST_ANSWER)
                host, port = self._url.hostname or "", self._url.port or 3310
                return await asyncio.open_connection(host, port, limit=_LONGEST_ANSWER)
        except (OSError, TimeoutError) as error:
            raise UnavailableError(f"it cannot be reached: {error!r}") from error


@contextlib.asynccontextmanager
async def _patience(seconds: float) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise UnavailableError(f"no answer within {seconds:g} s") from error


async def _send(
    writer: asyncio.StreamWriter, chunks: AsyncIterator[bytes], answer: asyncio.Task[bytes]
) -> None:
    with contextlib.suppress(ConnectionError):
        async for chunk in chunks:
            for begin in range(0, len(chunk), _CHUNK):
                if answer.done():
                    return
                part = chunk[begin : begin + _CHUNK]
                writer.write(struct.pack("!I", len(part)) + part)
                await writer.drain()
        writer.write(struct.pack("!I", 0))
        await writer.drain()


def _verdict(said: str) -> Verdict:
    if said.endswith(" FOUND"):
        return Verdict(virus=said.removeprefix("stream: ").removesuffix(" FOUND"))
    if said.endswith(" OK"):
        return Verdict()
    if "size limit exceeded" in said:
        return Verdict(whole=False)
    raise UnavailableError(f"it answers {said[:200]!r}")
