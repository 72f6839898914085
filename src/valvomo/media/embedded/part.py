"""One process of the engine, as the house sees it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress

import structlog

from valvomo.media.embedded import talk
from valvomo.media.embedded.flow import Flow
from valvomo.media.embedded.operations import Leave, Listen, Operation
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.talk import Answered, Asked, Sound
from valvomo.media.port import Dialled, Heard
from valvomo.pipes import packed

ANSWERS_WITHIN = 10.0
"""Seconds. Of all that is asked what takes longest is to read a sound of five minutes, a second or two."""
TRIES, FIRST_TRIES = 2, 12
"""So often it is waited: where it is us who stood still, the answer lies there and has only to be read. A process that
starts takes its time.
"""

log = structlog.get_logger(__name__)


class Part:
    """One process, what it has been asked and not answered yet, and who listens to it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.calls: set[str] = set()
        self._waiting: dict[int, asyncio.Future[Answered]] = {}
        self._listening: dict[int, Flow[Heard | Dialled]] = {}
        self._numbers = 0
        self._over = self._began = False

    async def ask(self, operation: Operation) -> Answered:
        """Raises `ConnectionError` where the process dies before it has answered, and what the engine refuses with.

        One that is there and does not answer carries nobody's sound either, and nobody could end it: it is killed.
        """
        self._numbers += 1
        number = self._numbers
        waits: asyncio.Future[Answered] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waits
        try:
            # It is not waited for that the pipe takes it, as a process that stands still takes nothing.
            self._pipe().write(packed(Asked(number, operation)))
            answer = await self._awaited(waits)
        finally:
            self._waiting.pop(number, None)
        if answer.refused is not None:
            raise talk.ERRORS[answer.refused](answer.why)
        return answer

    async def tell(self, operation: Operation) -> None:
        """What is not answered. Raises `ConnectionError` where the process is gone."""
        pipe = self._pipe()
        pipe.write(packed(Asked(0, operation)))
        await pipe.drain()

    async def _awaited(self, waits: asyncio.Future[Answered]) -> Answered:
        for _ in range(TRIES if self._began else FIRST_TRIES):
            done, _ = await asyncio.wait({waits}, timeout=ANSWERS_WITHIN)
            if done:
                return waits.result()
        log.error("media.process_stands_still", pid=self.process.pid)
        with suppress(ProcessLookupError):
            self.process.kill()
        raise ConnectionResetError("the engine's process does not answer")

    def _pipe(self) -> asyncio.StreamWriter:
        pipe = self.process.stdin
        if pipe is None or self._over or self.process.returncode is not None:
            raise ConnectionResetError("the engine's process has died")
        return pipe

    async def listen(self, call_id: str, leg_id: str, *, says: bool) -> AsyncGenerator[Heard | Dialled, None]:
        """What a leg says, or what it hears, until its end."""
        self._numbers += 1
        number = self._numbers
        flow = self._listening[number] = Flow()
        try:
            await self.ask(Listen(number, call_id, leg_id, says))
            async for one in flow:
                yield one
        finally:
            if self._listening.pop(number, None) is not None:
                with suppress(ConnectionError):
                    await self.tell(Leave(number))

    def answered(self, answer: Answered) -> None:
        """Whoever asked has the answer."""
        self._began = True
        waits = self._waiting.pop(answer.number, None)
        if waits is not None and not waits.done():
            waits.set_result(answer)

    def heard(self, sound: Sound) -> None:
        """Whoever listens hears it."""
        if sound.heard is None:
            flow = self._listening.pop(sound.number, None)
            if flow is not None:
                flow.end()
        elif sound.number in self._listening:
            self._listening[sound.number].put(sound.heard)

    def died(self) -> None:
        """Nobody waits for an answer any more, and nobody hears more."""
        self._over = True
        for waits in self._waiting.values():
            if not waits.done():
                waits.set_exception(ConnectionResetError("the engine's process has died"))
        self._waiting.clear()
        for flow in self._listening.values():
            flow.end()
        self._listening.clear()


async def begun(place: Place) -> asyncio.subprocess.Process:
    """A process at this place."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "valvomo.media.embedded.worker",
        "--host", place.host, "--port", str(place.port), "--public", *place.public,
        "--log-level", place.log_level, "--log-format", place.log_format,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
