"""Where experiments run beside the server: in processes of their own, few at a time, and never for ever."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import datetime

import msgspec
import structlog

from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.whatif import WhatIfRequest
from valvomo.queries.whatif.worker import FirstLine, Job, Refused

MOST_AT_A_TIME = 4
"""Of all organizations together; each has one."""
MOST_LINE = 16 * 1024 * 1024
"""Bytes of a line: the result of a house with a thousand queues."""

log = structlog.get_logger(__name__)


class TooLongError(Exception):
    """The experiment took longer than it may."""


@dataclass(slots=True)
class Laboratory:
    """One for a server process. `url` is the database's, `seconds` the longest that an experiment may take."""

    url: str
    seconds: float = 300.0
    _busy: set[str] = field(default_factory=set)

    async def begin(self, actor: Actor, wanted: WhatIfRequest, now: datetime) -> Experimenting | Refusal:
        """The experiment, begun: refused while the organization has another one, or for what is asked."""
        if actor.organization_id in self._busy:
            return Refusal(Reason.WHATIF_RUNNING)
        if len(self._busy) >= MOST_AT_A_TIME:
            return Refusal(Reason.BUSY)
        self._busy.add(actor.organization_id)
        running = Experimenting(
            self._busy, actor.organization_id, asyncio.get_running_loop().time() + self.seconds
        )
        refusal: Refusal | None = Refusal(Reason.WHATIF_TOO_LONG)
        try:
            with contextlib.suppress(TooLongError):
                refusal = await running.start(Job(url=self.url, actor=actor, request=wanted, now=now))
        except BaseException:
            await running.end()
            raise
        if refusal is None:
            return running
        await running.end()
        return refusal


class Experimenting:
    """A process at work. Whoever has it reads its lines to the end, or ends it."""

    def __init__(self, busy: set[str], whose: str, deadline: float) -> None:
        self._busy, self._whose, self.deadline = busy, whose, deadline
        self.process: asyncio.subprocess.Process | None = None
        self._first = b""
        self._ended = False

    async def start(self, job: Job) -> Refusal | None:
        """Let it begin, and hear its first line."""
        process = self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "valvomo.queries.whatif.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=MOST_LINE,
        )  # fmt: skip
        if process.stdin is None:
            raise RuntimeError("a process that was started with pipes has none")
        process.stdin.write(msgspec.json.encode(job))
        process.stdin.close()
        self._first = await self._line()
        first = msgspec.json.decode(self._first, type=FirstLine)
        return Refusal(first.reason, first.facts) if isinstance(first, Refused) else None

    async def lines(self) -> AsyncGenerator[bytes]:
        """All lines, each with its end; raises `TooLongError`. However it ends, the process does too."""
        try:
            line = self._first
            while line:
                yield line
                line = await self._line()
        finally:
            await self.end()

    async def end(self) -> None:
        """The process is no more, and the organization may have another one."""
        if self._ended:
            return
        self._ended = True
        try:
            if self.process is not None:
                with contextlib.suppress(ProcessLookupError):
                    self.process.kill()
                await self.process.wait()
        finally:
            self._busy.discard(self._whose)

    async def _line(self) -> bytes:
        if self.process is None or self.process.stdout is None:
            raise RuntimeError("it was not started")
        try:
            async with asyncio.timeout_at(self.deadline):
                line = await self.process.stdout.readline()
                code = None if line else await self.process.wait()
        except TimeoutError as error:
            raise TooLongError from error
        if code:
            raise RuntimeError(f"the worker ended with {code}")
        return line
