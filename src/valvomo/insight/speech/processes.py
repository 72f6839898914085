"""Processes that write down what is said, each for one utterance at a time; one that dies is followed by another."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from valvomo.domain.speech.choice import SpeechBackend
from valvomo.insight.port import UnavailableError
from valvomo.insight.speech import talk
from valvomo.insight.speech.choosing import SpeechPlaces
from valvomo.insight.speech.port import Sound
from valvomo.insight.speech.talk import Answered, Asked
from valvomo.pipes import ended, packed

SECONDS = 90.0
"""An utterance that takes longer is given up, and its process with it."""
ENDS_WITHIN = 2.0
ALONE = {"OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
"""A process takes one processor, and asks no network for models."""

log = structlog.get_logger(__name__)


class SpeechProcess:
    """One of them: begun when it is first needed, and anew after it has died. Made by `running`."""

    def __init__(self, places: SpeechPlaces) -> None:
        self._places = places
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()
        self.begun = 0
        """How many times it was begun."""

    @classmethod
    @asynccontextmanager
    async def running(cls, places: SpeechPlaces) -> AsyncIterator[SpeechProcess]:
        """It ends with this, whatever it is doing."""
        one = cls(places)
        try:
            yield one
        finally:
            await one.end()

    @property
    def pid(self) -> int | None:
        """The system's number of it, while there is one."""
        return self._process.pid if self._process else None

    async def write(self, backend: SpeechBackend, sound: Sound) -> Answered:
        """Have one utterance written down.

        Raises:
            UnavailableError: nobody can write it, or it took too long.
            ConnectionError: the process has died of it, or meanwhile.
        """
        async with self._turn:
            try:
                async with asyncio.timeout(SECONDS):
                    answer = await self._ask(Asked(backend, sound))
            except (OSError, EOFError, ValueError) as error:
                late = isinstance(error, TimeoutError)
                await self.end()
                log.warning("speech.process_died", error=repr(error))
                if late:
                    raise UnavailableError(f"took more than {SECONDS:.0f} s") from error
                raise ConnectionResetError("the process that writes has died") from error
            except BaseException:
                # Whoever asked is gone; the answer to them must not be taken for one to the next.
                await self.end()
                raise
        if answer.refused:
            raise UnavailableError(answer.refused)
        return answer

    async def end(self) -> None:
        """Let it end, or have it killed: there is nothing in it that anybody misses."""
        process, self._process = self._process, None
        if process is None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        await ended(process, ENDS_WITHIN)

    async def _ask(self, asked: Asked) -> Answered:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "valvomo.insight.speech.worker", env={**os.environ, **ALONE},
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            )  # fmt: skip
            self.begun += 1
            self._pipe(process).write(packed(self._places))
        self._pipe(process).write(packed(asked))
        await self._pipe(process).drain()
        if process.stdout is None:
            raise ConnectionResetError("it has no output")
        return await talk.answer(process.stdout)

    def _pipe(self, process: asyncio.subprocess.Process) -> asyncio.StreamWriter:
        if process.stdin is None:
            raise ConnectionResetError("it has no input")
        return process.stdin
