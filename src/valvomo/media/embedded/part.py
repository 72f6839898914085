"""One process of the engine, as the house sees it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from valvomo.media.embedded import talk
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.talk import Answered, Asked, Operation

ENDS_WITHIN = 5.0
"""Seconds until a process that does not end by itself is killed."""


class Part:
    """One process, and what it has been asked and not answered yet."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.calls: set[str] = set()
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        self._numbers = 0

    async def ask(self, operation: Operation) -> Answered:
        """Raises `ConnectionError` where the process dies before it has answered."""
        self._numbers += 1
        waits: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[self._numbers] = waits
        pipe = self.process.stdin
        try:
            if pipe is None or self.process.returncode is not None:
                raise ConnectionResetError
            pipe.write(talk.packed(Asked(self._numbers, operation)))
            await pipe.drain()
            return await waits
        finally:
            self._waiting = {number: one for number, one in self._waiting.items() if one is not waits}

    def answered(self, answer: Answered) -> None:
        """Whoever asked has the answer."""
        waits = self._waiting.pop(answer.number, None)
        if waits is not None and not waits.done():
            waits.set_result(answer)

    def died(self) -> None:
        """Nobody waits for an answer any more."""
        for waits in self._waiting.values():
            if not waits.done():
                waits.set_exception(ConnectionResetError("the engine's process has died"))
        self._waiting.clear()


async def begun(place: Place) -> asyncio.subprocess.Process:
    """A process at this place."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "valvomo.media.embedded.worker",
        "--host", place.host, "--port", str(place.port), "--public", *place.public,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip


async def ended(process: asyncio.subprocess.Process) -> None:
    """Close its input, which ends it; one that does not end is killed."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(ENDS_WITHIN):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
