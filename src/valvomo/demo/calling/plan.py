"""Who is on the phone, and the process in which they are."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

import msgspec

from valvomo.pipes import ended

PATIENCE = 10.0


class CallPlan(msgspec.Struct, frozen=True, kw_only=True):
    """So many `callers` at a time, by the workstream of this public `key`, and the agents who speak with them.

    Between two calls of a caller there are about `pause` seconds.
    """

    address: str
    agents: tuple[tuple[str, str], ...]
    key: str
    callers: int = 3
    pause: float = 12.0
    seed: int = 0


def can_call() -> bool:
    """Whether what calls need is installed (the extra `calls`)."""
    return find_spec("aiortc") is not None


@asynccontextmanager
async def on_the_phone(plan: CallPlan) -> AsyncIterator[asyncio.subprocess.Process]:
    """With them, in a process of their own: their sound must not make the server wait."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "valvomo.demo.calling", stdin=asyncio.subprocess.PIPE
    )
    if process.stdin is None:
        raise RuntimeError("no way to tell them")
    process.stdin.write(msgspec.json.encode(plan) + b"\n")
    try:
        yield process
    finally:
        # They hang up when there is nobody any more who listens to them.
        await ended(process, PATIENCE)
