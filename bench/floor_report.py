"""Figures as a Markdown table."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping

Medians = Mapping[str, Mapping[str, float]]


def table(medians: Medians, options: argparse.Namespace, load: float) -> str:
    """Everything that was measured, with its ratios to the controls."""
    measured = (
        f"{os.cpu_count()} processors, load average {load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end;"
        f" medians of {options.rounds} rounds of {options.seconds:g} s;"
        f" {options.conversations} conversations, {options.supervisors} supervisors"
    )
    lines = [
        measured,
        "",
        "| what | a second | p50 ms | p99 ms | CPU ms each: server + database | others' processors |",
        "|---|---|---|---|---|---|",
        *_rows(medians),
        "",
        *_ratios(medians),
    ]
    return "\n".join(lines)


def _rows(medians: Medians) -> Iterator[str]:
    names = {
        "ceiling": "messages, closed loop: sent → seen",
        "steady": "messages, steady: sent → seen",
        "watching": "board change → seen, any supervisor",
        "pgbench": "pgbench, a transaction for each message",
        "disk": "8 kB written and forced to the disk, one after the other",
        "echo": "bare echo, closed loop",
        "echo, steady": "bare echo, steady",
    }
    for kind, name in names.items():
        one = medians.get(kind)
        if one is None:
            yield f"| {name} | not measured: there is no `pgbench` here | | | | |"
            continue
        yield _row(name, one, "")
        if "durable_p50" in one:
            yield _row(f"{name.partition(':')[0]}: sent → answered, durable", one, "durable_")
        if "last_p50" in one:
            yield _row("board change → seen by the last supervisor", one, "last_")


def _row(name: str, one: Mapping[str, float], which: str) -> str:
    cpu = ""
    if "cpu_server" in one:
        cpu = f"{one['cpu_server']:.2f} + {one['cpu_database']:.2f}"
    elif "cpu_database" in one:
        cpu = f"{one['cpu_database']:.2f} (database)"
    others = f"{one['others']:.1f}" if "others" in one else ""
    rate, p50, p99 = one["per_second"], one[f"{which}p50"], one[f"{which}p99"]
    return f"| {name} | {rate:.0f} | {p50:.1f} | {p99:.1f} | {cpu} | {others} |"


def _ratios(medians: Medians) -> Iterator[str]:
    def ratio(name: str, kind: str, control: str, figure: str) -> Iterator[str]:
        if kind in medians and medians.get(control, {}).get(figure):
            yield f"- {name}: {medians[kind][figure] / medians[control][figure]:.2f}"

    yield from ratio("messages a second / pgbench transactions a second", "ceiling", "pgbench", "per_second")
    yield from ratio("sent → seen p50 / bare echo p50, closed loop", "ceiling", "echo", "p50")
    yield from ratio("sent → seen p99 / bare echo p99, closed loop", "ceiling", "echo", "p99")
    yield from ratio("sent → seen p50 / bare echo p50, steady", "steady", "echo, steady", "p50")
    yield from ratio("sent → seen p99 / bare echo p99, steady", "steady", "echo, steady", "p99")
