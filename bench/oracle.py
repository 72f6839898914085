"""Faults by lot while people work, and after each one: does every screen show what is true, and how soon?

Two servers on one PostgreSQL behind wires that can be cut, as in ``tests/faults/test_town.py``, with more people and
for longer. After every fault people pause, each screen is compared with one that is opened then, and `verify` is
asked. The run ends at the first thing that is lost, doubled or untrue. What is counted is how long it took from the
fault until work went on, and from the pause until the last screen was true.

    python bench/oracle.py --minutes 10 --customers 40 --screens 50
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "tests" / "samples"))

from sample_town import Town, living

Fault = Callable[[Town, random.Random], Awaitable[None]]
MESSAGES = 40
"""Acknowledged after each fault before anybody pauses."""


async def kill_a_server(town: Town, dice: random.Random) -> None:
    """And start it again, after a while in which the other one serves everybody."""
    served = dice.choice(town.servers)
    served.kill()
    await asyncio.sleep(dice.uniform(0, 2))
    await asyncio.to_thread(served.start)


async def stop_a_server(town: Town, dice: random.Random) -> None:
    """As in a rolling upgrade."""
    served = dice.choice(town.servers)
    await asyncio.to_thread(served.stop)
    await asyncio.to_thread(served.start)


async def kill_every_server(town: Town, _dice: random.Random) -> None:
    """Nobody is served for as long as a start takes."""
    for served in town.servers:
        served.kill()
    await asyncio.gather(*(asyncio.to_thread(one.start) for one in town.servers))


async def kill_the_database(town: Town, _dice: random.Random) -> None:
    """Its supervisor starts it again."""
    if town.postgres.pid is not None:
        os.kill(town.postgres.pid, signal.SIGKILL)


async def drop_everybody(town: Town, _dice: random.Random) -> None:
    """All connections of all people at once."""
    town.front.cut()


async def slow_network(town: Town, dice: random.Random) -> None:
    """For some seconds."""
    town.front.delay = dice.uniform(0.02, 0.3)
    await asyncio.sleep(3)
    town.front.delay = 0.0


async def half_open(town: Town, dice: random.Random) -> None:
    """Nothing comes through; then it all does, or the connections are gone."""
    town.front.freeze()
    await asyncio.sleep(dice.uniform(0.5, 4))
    if dice.random() < 0.5:
        town.front.cut()
    town.front.thaw()


async def lose_the_database(town: Town, dice: random.Random) -> None:
    """One server's way to it is cut."""
    back = dice.choice(town.backs)
    back.broken = True
    back.cut()
    await asyncio.sleep(dice.uniform(0.5, 4))
    back.broken = False


async def freeze_the_database(town: Town, dice: random.Random) -> None:
    """One server's way to it is half-open."""
    back = dice.choice(town.backs)
    back.freeze()
    await asyncio.sleep(dice.uniform(0.5, 4))
    back.thaw()


async def freeze_a_server(town: Town, dice: random.Random) -> None:
    """It stands still, as a machine that swaps or is moved."""
    served = dice.choice(town.servers)
    served.freeze()
    await asyncio.sleep(dice.uniform(0.5, 5))
    served.thaw()


async def jump(town: Town, dice: random.Random) -> None:
    """One server's clock is wrong from now on, until it jumps again."""
    town.clock(dice.randrange(len(town.servers)), dice.choice((0.0, 30.0, -30.0, 5.0, -5.0)))


FAULTS: tuple[Fault, ...] = (
    kill_a_server, stop_a_server, kill_every_server, kill_the_database, drop_everybody, slow_network, half_open,
    lose_the_database, freeze_the_database, freeze_a_server, jump,
)  # fmt: skip


async def run(found: argparse.Namespace) -> int:
    """One fault after the other; the exit code."""
    dice, screens = random.Random(found.seed), found.screens
    faults = [one for one in FAULTS if one.__name__ in found.faults or not found.faults]
    took: dict[str, list[tuple[float, float]]] = {}
    until = time.monotonic() + 60 * found.minutes
    with tempfile.TemporaryDirectory(prefix="valvomo-oracle-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        async with living(folder / "home", folder, None, customers=found.customers, screens=screens) as town:
            while time.monotonic() < until:
                fault = dice.choice(faults)
                begun = time.monotonic()
                await fault(town, dice)
                await town.work(MESSAGES)
                worked = time.monotonic()
                await town.quiet()
                true = time.monotonic()
                took.setdefault(fault.__name__, []).append((worked - begun, true - worked))
                say(
                    f"{fault.__name__}: work went on for {worked - begun:.1f} s, true after {true - worked:.1f} s"
                )
            counts = dict(town.tally.counts)
    report(took, counts, screens)
    return 0


def report(took: dict[str, list[tuple[float, float]]], counts: dict[str, int], screens: int) -> None:
    """As a table for the documentation."""
    say("\n| fault | times | until all screens were true: median s | most s |\n|---|---|---|---|")
    for name, times in sorted(took.items()):
        waits = [true for _, true in times]
        say(
            f"| {name.replace('_', ' ')} | {len(times)} | {statistics.median(waits):.1f} | {max(waits):.1f} |"
        )
    say(f"\n{screens} screens, {counts['screens compared']} comparisons, {counts['messages']} messages "
        f"acknowledged: 0 lost, 0 doubled, 0 untrue, `verify` clean after each fault")  # fmt: skip


def say(line: str) -> None:
    """At once."""
    print(line, flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--customers", type=int, default=40)
    parser.add_argument("--screens", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", nargs="*", default=[], choices=[one.__name__ for one in FAULTS])
    sys.exit(asyncio.run(run(parser.parse_args())))


if __name__ == "__main__":
    main()
