"""Mails taken apart, in the process in which that is done: one after the other comes in, and what it is to us goes out.

What a stranger sends chooses how long parsers work on it. Limits keep that short for all that is known to be long; for
what is not, this process may take only so much time of a processor for one mail, and so much memory (`apart.py`).
"""

from __future__ import annotations

import asyncio
import os
import resource

import msgspec

from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.items import broken, item_of
from valvomo.channels.email.mailbox import Lying
from valvomo.channels.port import Inbound, Report
from valvomo.pipes import packed, standard, unpacked

MEMORY = 2 * 1024**3
"""Bytes of address space; the largest mail takes half of it."""
IDLE_SECONDS = 60.0
"""With no mail for so long, it ends; the next one is given another process."""
NICENESS = 5
READY = "ready"


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to take apart, and how many seconds of a processor that may take; its bytes follow, `size` of them."""

    settings: EmailSettings
    lying: Lying
    problem: str
    seconds: int
    size: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What it is: one of both."""

    inbound: Inbound | None = None
    report: Report | None = None


_TASK = msgspec.msgpack.Decoder(Task)


async def main() -> None:
    """Until nobody has another one."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given, out = await standard()
    out.write(packed(READY))
    while (task := await _next(given)) is not None:
        raw = await given.readexactly(task.size)
        _allow(task.seconds)
        out.write(packed(_told(task, raw)))
        await out.drain()


async def _next(given: asyncio.StreamReader) -> Task | None:
    """The next mail; none at the end, or where none has come for long."""
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            task: Task | None = await unpacked(given, _TASK)
    except TimeoutError:
        return None
    return task


def _allow(seconds: int) -> None:
    """So much time for the next one; whoever takes more is killed (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _told(task: Task, raw: bytes) -> Told:
    try:
        item = item_of(task.settings, raw, task.lying, task.problem)
    except (MemoryError, ValueError, TypeError) as error:
        item = broken(raw, task.lying, type(error).__name__)
    return Told(inbound=item) if isinstance(item, Inbound) else Told(report=item)


if __name__ == "__main__":
    asyncio.run(main())
