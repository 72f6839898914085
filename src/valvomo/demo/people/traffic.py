"""Traffic against a running server, watched live; ends with a summary of what was promised and kept."""

from __future__ import annotations

import asyncio
import random
import signal
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table

from valvomo.demo.people.crowd import Crowd, NobodyError, Plan
from valvomo.demo.people.http import UnreachableError
from valvomo.demo.people.pace import Pace
from valvomo.demo.people.tally import Tally, quantile
from valvomo.demo.people.world import World

KEPT, BROKEN, UNUSABLE = 0, 1, 2
"""Exit codes: every promise kept; one broken; the server could not be used."""
SHOWN = 12
PER_SECOND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How long, in seconds (None: until it is interrupted), and how fast people live."""

    seconds: float | None
    speed: float


async def traffic(plan: Plan, run: Run, console: Console) -> int:
    """Let them come; the exit code."""
    world = World(
        pace=Pace(speed=run.speed, hurry=1.0, warm_up=0.0), tally=Tally(), dice=random.Random(plan.seed)
    )
    crowd = Crowd(plan=plan, world=world)
    code = KEPT
    try:
        with Live(_shown(crowd), console=console, auto_refresh=False, transient=True) as live:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(_watch(crowd, live)), group.create_task(crowd.run())]
                await _end(run.seconds)
                for task in tasks:
                    task.cancel()
    except* (NobodyError, UnreachableError) as errors:
        console.print(f"[red]{errors.exceptions[0]}[/]")
        code = UNUSABLE
    finally:
        console.print(_shown(crowd))
    broken = world.tally.broken
    if code == KEPT and plan.customers and not world.tally.counts["conversations started"]:
        console.print(f"[red]no conversation could be started at {plan.address}[/]", highlight=False)
        code = UNUSABLE
    for sentence in broken:
        console.print(f"[red]promise broken:[/] {sentence}", highlight=False)
    return code or (BROKEN if broken else KEPT)


async def _end(seconds: float | None) -> None:
    """The time is over, or somebody interrupts: either way the summary follows."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, told.set)
    try:
        async with asyncio.timeout(seconds):
            await told.wait()
    except TimeoutError:
        return
    finally:
        loop.remove_signal_handler(signal.SIGINT)


async def _watch(crowd: Crowd, live: Live) -> None:
    while True:
        await asyncio.sleep(1 / PER_SECOND)
        live.update(_shown(crowd), refresh=True)


def _shown(crowd: Crowd) -> RenderableType:
    tally = crowd.world.tally
    counts = Table(title=f"{crowd.plan.address} · {tally.seconds:.0f} s", title_justify="left")
    counts.add_column("what")
    counts.add_column("count", justify="right")
    counts.add_column("per second", justify="right")
    counts.add_row("customers present", str(crowd.present), "")
    counts.add_row("agents on shift", str(crowd.on_shift), "")
    for name, count in sorted(tally.counts.items()):
        counts.add_row(name, str(count), f"{count / max(tally.seconds, 0.001):.2f}")
    times = Table("milliseconds", "p50", "p99", "samples")
    times.add_row("sent → stored", *_times(tally, seen=False))
    times.add_row("sent → seen by its author", *_times(tally, seen=True))
    troubles = Table("refused or failed", "count")
    for name, count in tally.troubles.most_common(SHOWN):
        troubles.add_row(name, str(count))
    return Group(counts, times, *([troubles] if tally.troubles else []))


def _times(tally: Tally, *, seen: bool) -> tuple[str, str, str]:
    samples = tally.seen if seen else tally.acknowledged
    median, slow = quantile(samples, 0.5), quantile(samples, 0.99)
    return (
        "–" if median is None else f"{median:.1f}",
        "–" if slow is None else f"{slow:.1f}",
        str(len(samples)),
    )
