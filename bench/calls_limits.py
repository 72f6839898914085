"""How many calls an engine carries until the first gap that is heard, and what calls cost until they stand.

First how long a browser takes to come in, handshake included, and by how much the engine grows for a call of two. Then
more and more calls in which everybody speaks, until anybody has a gap of more than 60 ms, or one packet of a thousand
is lost. At last so many who wait at the same time, each in a call of their own: they hear music and speak all the
while, and nobody hears them.

    python bench/calls_limits.py --queued 250 500 1000
    python bench/calls_limits.py --janus janus.toml --pid 4711 --host 10.0.0.5
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import floor_processes as processes
from calls import (
    WAYS,
    Contender,
    Floor,
    ask_for_engines,
    at,
    browser,
    calls,
    engines,
    measured,
    spent,
    told,
    voice,
)
from calls_legs import STEP, Leg, speaks
from calls_waiting import LATE, Waiting, all_stay
from valvomo.domain.calls.hearing import Hears
from valvomo.media.port import Engine

FIRST_CALLS, MORE, MOST_CALLS = 16, 1.25, 400
"""With how many calls it begins, by how much more it goes on, and with how many it ends at the latest."""
ALLOWED_LOSS = 0.001


async def opened(one: Contender, many: int, voices: list[list[bytes]], host: str) -> str:
    """So many calls, one after the other: how long a browser takes to come in, and the memory of a call."""
    took, before = list[float](), sum(map(processes.memory_bytes, one.pids))
    async with AsyncExitStack() as ends:
        for n in range(many):
            await one.engine.open_call(f"call {n}")
            ends.push_async_callback(one.engine.end_call, f"call {n}")
            for side in ("agent", "customer"):
                begun = time.perf_counter()
                leg = await browser(one.engine, f"call {n}", side, Leg(voices[0], {}), host=host)
                took.append(time.perf_counter() - begun)
                ends.push_async_callback(leg.go)
            both = frozenset({"agent", "customer"})
            await one.engine.set_routes(f"call {n}", {side: Hears(both - {side}) for side in both})
        grown = sum(map(processes.memory_bytes, one.pids)) - before
    return f"| opened{one.name} | {many} | {at(took, 0.5)} | {at(took, 0.99)} | {grown / many / 1024:.0f} |"


async def limit(one: Contender, voices: list[list[bytes]], seconds: float, host: str) -> list[str]:
    """With more and more calls, until somebody has a gap; how it was each time."""
    lines, many = list[str](), FIRST_CALLS
    while many <= MOST_CALLS:
        async with calls(one.engine, many, WAYS[0], voices, host=host) as floor:
            ours, begun = time.process_time(), time.perf_counter()
            cpu = await measured(floor, partial(spent, one.pids), seconds)
            passed = time.perf_counter() - begun
            ours = time.process_time() - ours
        lines.append(_limit_row(one.name, floor, cpu / seconds, ours / passed))
        print(lines[-1], flush=True)
        if _is_full(floor):
            break
        many = round(many * MORE)
    return lines


def _is_full(floor: Floor) -> bool:
    return floor.lost > ALLOWED_LOSS or floor.glitches > 0


def _limit_row(name: str, floor: Floor, cpu: float, ours: float) -> str:
    return (
        f"| forwarded{name} | {len(floor.legs) // 2} | {100 * cpu:.0f} | {100 * ours:.0f} | {100 * floor.lost:.2f}"
        f" | {floor.glitches} | {at(floor.ways, 0.5)} | {at(floor.ways, 0.99)} |"
    )


@asynccontextmanager
async def queue(engine: Engine, many: int, seconds: float, host: str) -> AsyncIterator[list[Waiting]]:
    """So many who wait, each in their own call; what they will say is sealed before anything is measured."""
    dice, legs = random.Random(3), list[Waiting]()
    said = voice(dice)
    async with asyncio.TaskGroup() as tasks, AsyncExitStack() as ends:
        staying = tasks.create_task(all_stay(legs))
        for n in range(many):
            call = f"waits {n}"
            await engine.open_call(call)
            ends.push_async_callback(engine.end_call, call)
            leg = Waiting(said, {})
            await browser(engine, call, "customer", leg, host=host)
            ends.push_async_callback(leg.go)
            await engine.set_routes(call, {"customer": Hears(music=True)})
            legs.append(leg)
        for leg in legs:
            leg.prepare(int((seconds + 4) / STEP))
            await asyncio.sleep(0)
        staying.cancel()
        yield legs


async def waited(one: Contender, many: int, seconds: float, host: str) -> str:
    """Music for so many, and what came of it."""
    async with queue(one.engine, many, seconds, host) as legs:
        await speaks(legs, 2)
        for leg in legs:
            leg.begin()
        cpu, ours, begun = spent(one.pids), time.process_time(), time.perf_counter()
        await speaks(legs, seconds)
        passed = time.perf_counter() - begun
        cpu, ours = (spent(one.pids) - cpu) / passed, (time.process_time() - ours) / passed
        heard = [leg.heard for leg in legs]
    came, lost = sum(one.came for one in heard), sum(one.lost for one in heard)
    late = sum(one.late for one in heard)
    return (
        f"| waiting{one.name} | {many} | {100 * cpu:.0f} | {100 * ours:.0f} | {came / many / passed:.1f}"
        f" | {100 * lost / max(1, came + lost):.3f} | {late} | {at([way for one in heard for way in one.gaps], 0.99)} |"
    )


async def main() -> None:
    """Print three tables."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--opened", type=int, default=60, help="calls that are opened one after the other")
    asked.add_argument("--seconds", type=float, default=10.0)
    asked.add_argument("--queued", type=int, nargs="*", default=[250, 500, 1000])
    asked.add_argument("--only", choices=("opened", "limit", "queued"), nargs="+")
    ask_for_engines(asked)
    options = asked.parse_args()
    parts = options.only or ("opened", "limit", "queued")
    dice, load, tables = random.Random(7), os.getloadavg()[0], list[str]()
    voices = [voice(dice) for _ in range(20)]
    voices = [voices[n % len(voices)] for n in range(2 * MOST_CALLS)]
    async with engines(options) as found:
        if "opened" in parts:
            tables += ["| what | calls | ms to come in p50 | p99 | KiB a call |", "|---|---|---|---|---|"]
            tables += [await opened(one, options.opened, voices, options.host) for one in found]
        if "limit" in parts:
            tables += [
                "",
                "| what | calls | % of a core | % of a core, browsers | % lost | gaps | p50 ms | p99 ms |",
            ]
            tables += ["|---|---|---|---|---|---|---|---|"]
            for one in found:
                tables += await limit(one, voices, options.seconds, options.host)
        if "queued" in parts:
            names = f"| what | waiting | % of a core | % of a core, browsers | packets a second, each | % lost | {LATE}"
            tables += ["", f"{names} | ms between two, p99 |", "|---|---|---|---|---|---|---|---|"]
            for many in options.queued:
                for one in found:
                    tables.append(await waited(one, many, options.seconds, options.host))
                    print(tables[-1], flush=True)
    told(load, tables)


if __name__ == "__main__":
    asyncio.run(main())
