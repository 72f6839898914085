"""Mails taken apart, in the process in which that is done: one after the other comes in, and what it is to us goes out.

What a stranger sends chooses how long parsers work on it. Limits keep that short for all that is known to be long; for
what is not, this process may take only so much time of a processor for one mail, and so much memory (`apart.py`).
"""

from __future__ import annotations

import os
import resource
import select
import struct
import sys
from typing import BinaryIO

import msgspec

from valvomo.channels.email.forms import EmailSettings
from valvomo.channels.email.items import broken, item_of
from valvomo.channels.email.mailbox import Lying
from valvomo.channels.port import Inbound, Report

MEMORY = 2 * 1024**3
"""Bytes of address space; the largest mail takes half of it."""
IDLE_SECONDS = 60.0
"""With no mail for so long, it ends; the next one is given another process."""
NICENESS = 5
READY = b"."
LENGTH = struct.Struct("!QQ")


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """A mail to take apart, and how many seconds of a processor that may take; its bytes follow."""

    settings: EmailSettings
    lying: Lying
    problem: str
    seconds: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What it is: one of both."""

    inbound: Inbound | None = None
    report: Report | None = None


def main() -> None:
    """Until nobody has another one."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Unbuffered, so that what has come is seen by `select`.
    given, out = os.fdopen(0, "rb", buffering=0), sys.stdout.buffer
    out.write(READY)
    out.flush()
    while select.select([given], [], [], IDLE_SECONDS)[0]:
        task_bytes, size = LENGTH.unpack(head) if (head := _exactly(given, LENGTH.size)) else (0, 0)
        if not task_bytes:
            return
        task = msgspec.msgpack.decode(_exactly(given, task_bytes), type=Task)
        raw = _exactly(given, size)
        _allow(task.seconds)
        answer = _answer(task, raw)
        out.write(struct.pack("!Q", len(answer)) + answer)
        out.flush()


def _allow(seconds: int) -> None:
    """So much time for the next one; whoever takes more is killed (SIGXCPU)."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.RLIM_INFINITY))


def _exactly(given: BinaryIO, size: int) -> bytes:
    """So many bytes; none, if there are no more to come."""
    came = bytearray()
    while len(came) < size:
        more = given.read(min(size - len(came), 1 << 20))
        if not more:
            return b""
        came += more
    return bytes(came)


def _answer(task: Task, raw: bytes) -> bytes:
    try:
        item = item_of(task.settings, raw, task.lying, task.problem)
        return msgspec.msgpack.encode(_told(item))
    except (MemoryError, ValueError, TypeError) as error:
        return msgspec.msgpack.encode(_told(broken(raw, task.lying, type(error).__name__)))


def _told(item: Inbound | Report) -> Told:
    return Told(inbound=item) if isinstance(item, Inbound) else Told(report=item)


if __name__ == "__main__":
    main()
