"""What a telephone call by SIP costs: two trunks on this machine call each other, and everybody speaks all the time.

    python bench/telephones.py --calls 1 10 30 --seconds 20

A trunk's process is what is measured: signalling, jitter buffers, codec and the ways to the house, by the time that the
processors gave it. What the house and the engine do with the sound is not in it; that is `bench/calls.py`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Literal

from valvomo.trunks.port import Answered, Happening, Ringing, Sound, State
from valvomo.trunks.sip.forms import SipSettings
from valvomo.trunks.sip.talk import Open
from valvomo.trunks.sip.trunk import SipTrunk

HERE = "127.0.0.1"
TICKS = os.sysconf("SC_CLK_TCK")
PIECE = bytes(range(256)) + bytes(64)
"""Twenty milliseconds of what is no silence."""
EVERY = 0.02
PATIENCE = 60.0
Codec = Literal["pcma", "opus"]


class Side:
    """One of the two trunks, and what it has told."""

    def __init__(self, settings: SipSettings) -> None:
        async def opened() -> Open:
            return Open(settings, "", (HERE,))

        self.trunk = SipTrunk("bench", settings, opened)
        self.ready = asyncio.Event()
        self.up: set[str] = set()
        self.heard = 0
        self.told: asyncio.Queue[Happening] = asyncio.Queue()

    async def read(self) -> None:
        """What it tells; a call that rings is taken."""
        async for one in self.trunk.happenings():
            if isinstance(one, Sound):
                self.heard += len(one.pcm)
            elif isinstance(one, Ringing):
                await self.trunk.take(one.call)
            elif isinstance(one, Answered):
                self.up.add(one.call)
            elif isinstance(one, State) and one.ready:
                self.ready.set()

    async def speak(self) -> None:
        """Say something in every call, by the clock."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for call in self.up:
                await self.trunk.sound(call, PIECE)
            due = max(due + EVERY, loop.time() - EVERY)
            await asyncio.sleep(due - loop.time())


def _port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind((HERE, 0))
        return int(one.getsockname()[1])


@asynccontextmanager
async def _pair(codec: Codec) -> AsyncIterator[tuple[Side, Side]]:
    ports = [_port(), _port()]
    sides = [
        Side(
            SipSettings(
                server=HERE,
                port=ports[1 - n],
                registers=False,
                local_address=HERE,
                local_port=ports[n],
                media_ports=("33000-35999", "36000-38999")[n],
                codec=codec,
            )
        )
        for n in (0, 1)
    ]
    async with asyncio.TaskGroup() as tasks:
        going = [
            tasks.create_task(work) for one in sides for work in (one.trunk.run(), one.read(), one.speak())
        ]
        async with asyncio.timeout(PATIENCE):
            for one in sides:
                await one.ready.wait()
        yield sides[0], sides[1]
        for task in going:
            task.cancel()


def _spent(side: Side) -> float:
    """Seconds of processors that its process has had."""
    if side.trunk.process is None:
        raise SystemExit("the trunk's process has died")
    fields = Path(f"/proc/{side.trunk.process.pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def _memory(side: Side) -> tuple[float, int]:
    """Megabytes and threads."""
    if side.trunk.process is None:
        raise SystemExit("the trunk's process has died")
    text = Path(f"/proc/{side.trunk.process.pid}/status").read_text("ascii")
    found = dict(line.split(":", 1) for line in text.splitlines() if ":" in line)
    return int(found["VmRSS"].split()[0]) / 1024, int(found["Threads"])


async def measure(codec: Codec, calls: int, seconds: float) -> str:
    """One line of the table."""
    async with _pair(codec) as (caller, callee):
        began = time.monotonic()
        for number in range(calls):
            await caller.trunk.dial(f"call-{number}", "+358401234567", "")
        async with asyncio.timeout(PATIENCE):
            while min(len(caller.up), len(callee.up)) < calls:  # noqa: ASYNC110 - both are told by others
                await asyncio.sleep(EVERY)
        up = time.monotonic() - began
        spent, heard, start = _spent(callee), callee.heard, time.monotonic()
        await asyncio.sleep(seconds)
        took = time.monotonic() - start
        each = (_spent(callee) - spent) / took / max(calls, 1) * 100
        share = (callee.heard - heard) / (2 * 8_000 * took * max(calls, 1)) * 100
        memory, threads = _memory(callee)
    return (
        f"| {codec} | {calls} | {1_000 * up / max(calls, 1):.0f} | {each:.2f} | {100 / each if each else 0:.0f} "
        f"| {share:.1f} | {memory:.0f} | {threads} |"
    )


async def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--calls", type=int, nargs="+", default=[1, 10, 30])
    asked.add_argument("--seconds", type=float, default=20.0)
    asked.add_argument("--codecs", nargs="+", choices=["pcma", "opus"], default=["pcma", "opus"])
    given = asked.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f}")
    print(
        "| codec | calls | ms until up, each | % of a core, each | calls that fill one | % heard | MB | threads |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for codec in given.codecs:
        for calls in given.calls:
            print(await measure(codec, calls, given.seconds), flush=True)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
