"""Valvomo beside others: one workload, each system by its own clients, with controls in the same run.

Every round visits each system once, alone on the machine, and the next round in the reverse order. Before and after
each visit the controls say what the machine was able to do just then: a bare relay, `pgbench` with the five statements
of a message, a loop that only counts. What a system must have first, `make bench-peers` installs.

    python bench/peers.py --rounds 2 --seconds 8 --out docs/performance.md
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from peers_controls import Controls, Look, contended
from peers_report import Report
from peers_visit import Visit, visit
from systems.every import SYSTEMS
from systems.system import Size
from workload.play import Part
from workload.schedule import agents_for

OURS = "valvomo"
KINDS = ("floor", "churn", "ceiling")
MARKS = ("<!-- figures of bench/peers.py -->", "<!-- end of the figures -->")
FAILURES = (AssertionError, OSError, RuntimeError, subprocess.SubprocessError)
"""Of a visit: told in the report, and the others go on."""
WARM_UP = 0.25
"""Of the seconds of a part: so many before them are played and not measured."""


def parts(options: argparse.Namespace, seed: int) -> list[Part]:
    """What is played in a visit; the same for every system of a round."""
    kinds = [options.workload] if options.workload else KINDS
    lasts = {"ceiling": options.seconds / 2}
    return [
        Part(
            kind=kind,
            seconds=lasts.get(kind, options.seconds),
            settle=WARM_UP * lasts.get(kind, options.seconds),
            pause=options.pause,
            seed=seed,
        )
        for kind in kinds
    ]


def chosen(options: argparse.Namespace) -> list[str]:
    """Of the systems that were named those that are installed, which is said of the others."""
    names = options.systems.split(",")
    if unknown := set(names) - SYSTEMS.keys():
        sys.exit(f"there is no adapter for {', '.join(sorted(unknown))}; there are {', '.join(SYSTEMS)}")
    for name in names:
        if why := SYSTEMS[name].missing():
            print(f"{name}: {why} (make bench-peers)", file=sys.stderr)
    return [name for name in names if not SYSTEMS[name].missing()]


async def measure(options: argparse.Namespace, folder: Path) -> tuple[list[Visit], list[Look], list[str]]:
    """All rounds, or as many as fit into the time; and which visits came to nothing."""
    size = Size(
        conversations=options.conversations,
        agents=agents_for(options.conversations),
        supervisors=options.supervisors,
    )
    controls = (
        await Controls.made(folder / "controls", options.conversations, 2.0) if options.controls else None
    )
    names, begun = chosen(options), time.monotonic()
    looks = [await controls.look()] if controls else []
    visits: list[Visit] = []
    failed: list[str] = []
    for number in range(options.rounds):
        at = time.monotonic()
        for name in names if number % 2 == 0 else reversed(names):
            played = parts(options, options.seed + number)
            try:
                visits.append(await visit(SYSTEMS[name], folder / name, size, played, number=number))
            except FAILURES as error:
                failed.append(f"{name}, round {number + 1}: {error!r}")
                continue
            looks += [await controls.look()] if controls else []
        now = time.monotonic()
        if now + (now - at) > begun + options.limit and number + 1 < options.rounds:
            print(f"another round would pass {options.limit:.0f} s: {number + 1} played", file=sys.stderr)
            break
    if looks:
        best = min(one.spin for one in looks)
        for number, one in enumerate(visits):
            one.contended = contended(looks[number : number + 2], best)
    return visits, looks, failed


def wrong(visits: list[Visit], failed: list[str]) -> list[str]:
    """What must never be, of our own."""
    return [one for one in failed if one.startswith(OURS)] + [
        f"{kind}: {measured.wrong} {measured.played.notes}"
        for one in visits
        if one.system == OURS
        for kind, measured in one.parts.items()
        if measured.wrong
    ]


def written(path: Path, report: str) -> None:
    """Into a document between its marks; a file without them becomes the report."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    before, begin, rest = old.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    new = f"{before}{begin}\n\n{report}\n{end}{after}" if begin and end else report
    path.write_text(new, encoding="utf-8")


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--systems", default=",".join(SYSTEMS), help="separated by commas")
    parser.add_argument("--workload", choices=KINDS, help="only this one")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument(
        "--seconds", type=float, default=8.0, help="measured of each part; half of it in the loop"
    )
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--supervisors", type=int, default=5)
    parser.add_argument("--pause", type=float, default=10.0, help="seconds between turns, in the mean")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--limit", type=float, default=460.0, help="no further round that would end after so long"
    )
    parser.add_argument("--out", type=Path, help="where the tables go too; between its marks if it has them")
    parser.add_argument("--no-controls", dest="controls", action="store_false")
    options = parser.parse_args()
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        visits, looks, failed = await measure(options, Path(name))
    report = Report(visits=visits, looks=looks, failed=failed, options=options, load=load).text()
    print(report)
    if options.out:
        written(options.out, report)
    if found := wrong(visits, failed):
        sys.exit("\n".join(["what must never be:", *found]))


if __name__ == "__main__":
    asyncio.run(main())
