"""Calls: what a leg costs the engine, how many calls a core carries, and how long a voice is on its way.

One process of the engine, as the house starts it; in this process so many calls of two browsers each, with handshakes
and sealed packets of their own, who all speak all the time. Then the same while everything is recorded, while everybody
is written down, and with a telephone as the customer. The control sends packets as large from socket to socket.

    python bench/calls.py
    python bench/calls.py --calls 8 16 32 --seconds 10
    python bench/calls.py --janus janus.toml --pid 4711 --host 10.0.0.5
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import tempfile
import time
from array import array
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from pathlib import Path

import floor_processes as processes
from calls_legs import STEP, Leg, speaks
from valvomo.domain.calls.hearing import Hears
from valvomo.media.embedded.codec import Encoder
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.pool import EnginePool
from valvomo.media.janus import listed
from valvomo.media.janus.engine import JanusEngine
from valvomo.media.port import Dialled, Engine, Heard, PcmLeg, WebLeg

WAYS = ("forwarded", "recorded", "written down", "with a telephone")
VOICE_SECONDS = 4
RATE = 8_000


def voice(dice: random.Random) -> list[bytes]:
    """Opus of a murmur: sounds whose pitch and loudness change, so that packets are as large as those of a voice."""
    pcm, level, before = array("h"), 0.0, 0.0
    for n in range(VOICE_SECONDS * 48_000):
        if n % 4_800 == 0:
            level = dice.choice((0.02, 0.2, 0.4))
        before = 0.9 * before + dice.uniform(-0.1, 0.1)
        pcm.append(int(32_000 * level * before))
    encoder = Encoder(48_000)
    return [encoder.encode(pcm[at : at + 960].tobytes()) for at in range(0, len(pcm), 960)]


@dataclass
class Floor:
    """The calls of a round: browsers, and telephones by their calls."""

    engine: Engine
    legs: list[Leg] = field(default_factory=list)
    telephones: list[str] = field(default_factory=list)
    heard: int = 0

    @property
    def came(self) -> int:
        """Packets, at all browsers."""
        return sum(leg.measured.came for leg in self.legs)

    @property
    def lost(self) -> float:
        """The share of those that were sent; each has one who hears it."""
        return max(0.0, 1 - self.came / max(1, sum(leg.measured.sent for leg in self.legs)))

    @property
    def glitches(self) -> int:
        """Gaps that are heard."""
        return sum(leg.measured.glitches for leg in self.legs)

    @property
    def ways(self) -> list[float]:
        """How long each packet was on its way, in seconds."""
        return [way for leg in self.legs for way in leg.measured.ways]


@asynccontextmanager
async def calls(
    engine: Engine, many: int, way: str, voices: list[list[bytes]], *, host: str
) -> AsyncIterator[Floor]:
    """So many calls in which everybody hears each other."""
    floor, said = Floor(engine), dict[bytes, float]()
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as ends:
        for n in range(many):
            call = f"call {n}"
            await engine.open_call(call)
            ends.push_async_callback(engine.end_call, call)
            sides = ("agent",) if way == WAYS[3] else ("agent", "customer")
            for side in sides:
                leg = await browser(engine, call, side, Leg(voices[len(floor.legs)], said), host=host)
                ends.push_async_callback(leg.go)
                floor.legs.append(leg)
            if way == WAYS[3]:
                await engine.add_pcm_leg(PcmLeg(call_id=call, leg_id="customer", rate=RATE))
                floor.telephones.append(call)
                tasks.create_task(count(floor, engine.sound(call, "customer")))
            both = frozenset({"agent", "customer"})
            matrix = {side: Hears(both - {side}) for side in both}
            await engine.set_routes(call, matrix, kept=both)
            if way == WAYS[1]:
                folder = ends.enter_context(tempfile.TemporaryDirectory())
                await engine.start_recording(call, "one", folder)
            if way == WAYS[2]:
                for side in both:
                    tasks.create_task(count(floor, engine.tap(call, side)))
        yield floor


async def browser(engine: Engine, call: str, side: str, leg: Leg, *, host: str) -> Leg:
    """One comes in."""
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: leg, local_addr=(host, 0))
    agreed = await engine.add_web_leg(WebLeg(call_id=call, leg_id=side, offer=leg.offer()))
    await leg.come(agreed.answer)
    if agreed.offer:
        back = leg.back = type(leg)(leg.voice, leg.said)
        await loop.create_datagram_endpoint(lambda: back, local_addr=(host, 0))
        await engine.take_answer(call, side, back.answer(agreed.offer))
        await back.come(agreed.offer)
    return leg


async def count(floor: Floor, sound: AsyncIterator[Heard] | AsyncIterator[Heard | Dialled]) -> None:
    """Plain sound that comes, which nobody looks at."""
    async for _ in sound:
        floor.heard += 1


async def telephones(floor: Floor, seconds: float) -> None:
    """All of them speak."""
    dice, loop = random.Random(1), asyncio.get_running_loop()
    noise = [array("h", (int(dice.gauss(0, 2000)) for _ in range(RATE // 50))).tobytes() for _ in range(50)]
    due = begun = loop.time()
    while loop.time() < begun + seconds:
        due += STEP
        await asyncio.sleep(due - loop.time())
        for call in floor.telephones:
            await floor.engine.feed(call, "customer", dice.choice(noise))


def at(waits: Iterable[float], share: float) -> str:
    """A percentile, in milliseconds."""
    ordered = sorted(waits)
    return f"{1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))]:.1f}" if ordered else ""


def row(name: str, many: int, floor: Floor, cpu: float) -> str:
    """What came of a round; `cpu` in seconds of the engine."""
    came = floor.came
    # What a processor does for a packet is the same however many of them others on the machine leave time for.
    frames = came + (floor.heard if floor.telephones else 0)
    per_leg = 100 * cpu / max(1, frames) / STEP
    glitches = 1000 * floor.glitches / max(1, came)
    whole = f"{50 / per_leg:.0f}" if per_leg else ""
    return (
        f"| {name} | {many} | {per_leg:.2f} | {whole} | {100 * floor.lost:.2f} | {glitches:.2f}"
        f" | {at(floor.ways, 0.5)} | {at(floor.ways, 0.99)} |"
    )


async def measured(floor: Floor, cpu: Callable[[], float], seconds: float) -> float:
    """Speak for some seconds after all has found its way; the processor's seconds of it."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(telephones(floor, seconds + 1))
        await speaks(floor.legs, 1)
        floor.heard = 0
        for leg in floor.legs:
            leg.forget()
        before = cpu()
        await speaks(floor.legs, seconds)
        return cpu() - before


class Straight(asyncio.DatagramProtocol):
    """The control: what comes is measured and nothing else is done."""

    def __init__(self) -> None:
        self.ways: list[float] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002 - of the protocol
        """The sender's time is what is in it."""
        self.ways.append(time.perf_counter() - float(data[:24]))


async def control(many: int, seconds: float) -> str:
    """As many packets from socket to socket in this process."""
    loop = asyncio.get_running_loop()
    ends = [
        await loop.create_datagram_endpoint(Straight, local_addr=("127.0.0.1", 0)) for _ in range(2 * many)
    ]
    begun, due = time.perf_counter(), [STEP * n / len(ends) for n in range(len(ends))]
    while (now := time.perf_counter() - begun) < seconds:
        for n, (transport, _) in enumerate(ends):
            while due[n] <= now:
                due[n] += STEP
                to = ends[n ^ 1][0].get_extra_info("sockname")
                transport.sendto(f"{time.perf_counter():<24.9f}".encode() + bytes(60), to)
        await asyncio.sleep(0.001)
    ways = [way for _, protocol in ends for way in protocol.ways]
    for transport, _ in ends:
        transport.close()
    return f"| from socket to socket | {many} | | | | | {at(ways, 0.5)} | {at(ways, 0.99)} |"


def spent(pids: Iterable[int]) -> float:
    """Seconds that processors have given to these processes."""
    return sum(map(processes.cpu_seconds, pids))


@dataclass(frozen=True, slots=True)
class Contender:
    """An engine, what it is called in a table, and the processes whose time is its own."""

    name: str
    engine: Engine
    pids: frozenset[int]


def ask_for_engines(asked: argparse.ArgumentParser) -> None:
    """What `engines` needs to know."""
    asked.add_argument(
        "--janus", type=Path, help="a file that names a Janus server on this machine (docs/janus.md)"
    )
    asked.add_argument("--pid", type=int, help="the number of its process")
    asked.add_argument(
        "--host", default="127.0.0.1", help="the address of this machine at which Janus reaches us"
    )


@asynccontextmanager
async def engines(options: argparse.Namespace) -> AsyncIterator[list[Contender]]:
    """Our own in one process, and Janus where it is named: what our own does for Janus is in that."""
    async with EnginePool.running(Place(host=options.host), 1) as own, AsyncExitStack() as stack:
        await own.open_call("first")
        pid = own.process_of("first") or 0
        await own.end_call("first")
        found = [Contender("", own, frozenset({pid}))]
        if options.janus:
            there = listed.servers(options.janus)
            janus = await stack.enter_async_context(JanusEngine.running(there, own))
            found.append(Contender(", by Janus", janus, frozenset({pid, options.pid})))
        yield found


def told(load: float, lines: Iterable[str]) -> None:
    """Print a table, and how busy the machine was."""
    after = os.getloadavg()[0]
    print(f"{os.cpu_count()} processors, load average {load:.1f} at the start, {after:.1f} at the end\n")
    print("\n".join(lines))


async def main() -> None:
    """Print a table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--calls", type=int, nargs="+", default=[8, 16])
    asked.add_argument("--seconds", type=float, default=10.0)
    asked.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    ask_for_engines(asked)
    options = asked.parse_args()
    dice, load = random.Random(7), os.getloadavg()[0]
    voices = [voice(dice) for _ in range(2 * max(options.calls))]
    lines = [
        "| what | calls | % of a core, each leg | calls that fill one | % lost | glitches of 1,000 | p50 ms | p99 ms |",
        "|---|---|---|---|---|---|---|---|",
    ]
    async with engines(options) as found:
        for many in options.calls:
            lines.append(await control(many, options.seconds / 2))
            for way, one in product(options.ways, found):
                async with calls(one.engine, many, way, voices, host=options.host) as floor:
                    cpu = await measured(floor, partial(spent, one.pids), options.seconds)
                    lines.append(row(f"{way}{one.name}", many, floor, cpu))
                print(lines[-1], flush=True)
    told(load, lines)


if __name__ == "__main__":
    asyncio.run(main())
