"""Whether memory is flat: a server that conversations come to and go from for as long as you like.

Fifty conversations at a time, one that comes and one that goes each second, agents who step away and come back, and
supervisors who watch: what *churn* is in `bench/peers.py`, played in parts. After each part nothing may be lost,
doubled or shown otherwise than it is, and the memory of server and database (PSS, so that what processes share counts
once) is noted; what came too late on a busy machine is told, and the run goes on. What counts is by how much the
second half grew in an hour: the first half fills caches that have a limit.

    python bench/memory.py --minutes 60
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import statistics
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import uvloop

import floor_processes as processes
from systems.system import Size
from systems.valvomo import Valvomo
from workload.ledger import Ledger
from workload.people import Ears
from workload.play import Part, Player
from workload.schedule import agents_for

MIB = 1024 * 1024
NEVER = ("lost", "doubled", "disordered", "misplaced", "untrue")
LATE = ("errors", "timeouts", "unshown")
LAST_WORD = 20.0
"""Seconds between a conversation's last word and its end, so that on a busy machine they do not fall together."""
Sample = tuple[float, tuple[float, ...]]
"""Minutes since everybody was there, and MiB of each tree of processes."""


async def main(options: argparse.Namespace) -> int:
    """Play, note, tell; the exit code."""
    size = Size(
        conversations=options.conversations,
        agents=agents_for(options.conversations),
        supervisors=options.supervisors,
    )
    ours, ledger = Valvomo(), Ledger()
    with tempfile.TemporaryDirectory(prefix="valvomo-memory-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        async with ours.running(folder, size) as running:
            player = Player(
                people=ours.people(running.where, Ears(ledger.heard, ledger.shown)), ledger=ledger
            )
            await player.people.gather(size.agents, size.supervisors)
            player.supervisors = size.supervisors
            await player.gather(size.conversations)
            samples, names = [], list(running.roots)
            print(
                f"load average {os.getloadavg()[0]:.1f}; minutes, MiB of {', '.join(names)}, messages",
                flush=True,
            )
            began = time.monotonic()
            for seed in count():
                played = await player.play(
                    Part(
                        kind="churn",
                        seconds=options.part,
                        pause=options.pause,
                        seed=seed,
                        last_word=LAST_WORD,
                    )
                )
                if wrong := {name: played.faults[name] for name in NEVER if played.faults[name]}:
                    print(f"what must never be: {wrong} {played.notes}")
                    return 1
                at = (time.monotonic() - began) / 60
                used = tuple(processes.memory_bytes(pid) / MIB for pid in running.roots.values())
                samples.append((at, used))
                said = " ".join(f"{one:7.1f}" for one in used)
                late = {name: played.faults[name] for name in LATE if played.faults[name]}
                print(f"{at:6.1f} {said} {played.said:8}", late or "", *played.notes, flush=True)
                gc.collect()
                if at >= options.minutes:
                    break
            tell(samples, names)
            await player.people.leave()
    return 0


def tell(samples: list[Sample], names: list[str]) -> None:
    """By how much the second half grew, by the straight line that fits it best."""
    later = samples[len(samples) // 2 :]
    if len(later) < 3:
        return
    for index, name in enumerate(names):
        line = statistics.linear_regression([at for at, _ in later], [used[index] for _, used in later])
        first, last = samples[0][1][index], samples[-1][1][index]
        print(
            f"{name}: {first:.1f} MiB at first, {last:.1f} at last; {60 * line.slope:+.1f} an hour in the second half"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--part", type=float, default=60, help="seconds between two looks")
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--supervisors", type=int, default=5)
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between turns, in the mean")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sys.exit(runner.run(main(parser.parse_args())))
