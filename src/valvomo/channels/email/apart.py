"""Apart: mails are read in a process of their own, so that none of them holds up a mailbox, or the house.

A mail on which that process is killed is kept as one that cannot be read, and so it is not read again.
"""

from __future__ import annotations

import asyncio
import sys

import msgspec

from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.items import broken
from valvomo.channels.email.mailbox import Lying
from valvomo.channels.email.taking_apart import READY, Task, Told
from valvomo.channels.port import Item, UnavailableError
from valvomo.pipes import ended, packed, unpacked

SECONDS = 25.0
"""For one mail, on the clock: with what comes before it, less than the lease of who reads."""
CPU_SECONDS = 20
"""For one mail, of a processor. One of 94 MB takes six on a machine that is slow."""
START_SECONDS = 30.0
AT_ONCE = 0.0
"""Whoever is not wanted any more may be busy for long."""
TOO_COSTLY = "it takes more time or memory than any mail may"
MOST_BYTES = 1 << 30
"""Of what a mail is to us: its files are in it."""
_PIECE = 1 << 20
_READY = msgspec.msgpack.Decoder(str)
_TOLD = msgspec.msgpack.Decoder(Told)


class Apart:
    """One for an open mailbox. Its process is started when there is a mail, and ends by itself after a while."""

    def __init__(self, seconds: float | None = None, cpu_seconds: int | None = None) -> None:
        self._seconds = SECONDS if seconds is None else seconds
        self._cpu_seconds = CPU_SECONDS if cpu_seconds is None else cpu_seconds
        self._process: asyncio.subprocess.Process | None = None

    async def ready(self) -> asyncio.subprocess.Process:
        """See that there is a process. Raises `UnavailableError`."""
        if self._process is None or self._process.returncode is not None:
            await self.close()
            self._process = await _started()
        return self._process

    async def item(self, settings: EmailSettings, raw: bytes, lying: Lying, problem: str = "") -> Item:
        """What a mail is to the house. Raises `UnavailableError` where no process can be had."""
        task = Task(settings=settings, lying=lying, problem=problem, seconds=self._cpu_seconds, size=len(raw))
        for _ in range(2):
            process = await self.ready()
            try:
                async with asyncio.timeout(self._seconds):
                    return await _asked(process, task, raw)
            except TimeoutError:
                await self.close()
                return broken(raw, lying, TOO_COSTLY)
            except (OSError, EOFError, ValueError):
                # One that has ended for idleness just then has not looked at the mail: another one does.
                if await process.wait():
                    return broken(raw, lying, TOO_COSTLY)
        raise UnavailableError("whoever is to read mails ends at once")

    async def close(self) -> None:
        """Nobody reads any more."""
        process, self._process = self._process, None
        if process is not None:
            await ended(process, AT_ONCE)


async def _started() -> asyncio.subprocess.Process:
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-I", "-m", "valvomo.channels.email.taking_apart",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
    except OSError as error:
        raise UnavailableError(f"no process to read mails in: {error}"[:200]) from error
    try:
        async with asyncio.timeout(START_SECONDS):
            if await unpacked(_pipes(process)[1], _READY) == READY:
                return process
    except (TimeoutError, ValueError):
        pass
    except BaseException:
        await ended(process, AT_ONCE)
        raise
    await ended(process, AT_ONCE)
    raise UnavailableError("whoever is to read mails does not begin")


def _pipes(process: asyncio.subprocess.Process) -> tuple[asyncio.StreamWriter, asyncio.StreamReader]:
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("it was started without pipes")
    return process.stdin, process.stdout


async def _asked(process: asyncio.subprocess.Process, task: Task, raw: bytes) -> Item:
    """Raises `OSError`, `EOFError` or `ValueError` where it ends before it has answered."""
    given, said = _pipes(process)
    given.write(packed(task))
    for start in range(0, len(raw), _PIECE):
        given.write(raw[start : start + _PIECE])
        await given.drain()
    told: Told | None = await unpacked(said, _TOLD, MOST_BYTES)
    item = (told.inbound or told.report) if told else None
    if item is None:
        raise EOFError("the process has ended")
    return item
