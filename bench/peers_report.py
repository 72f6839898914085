"""What was measured, as Markdown: medians over the rounds, the quietest round in parentheses."""

from __future__ import annotations

import argparse
import os
import platform
import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from peers_controls import Look
from peers_visit import Measured, Visit
from systems.every import SYSTEMS
from systems.install import installed
from workload.ledger import TIMED_OUT

MEBIBYTE = 1 << 20


def percentile(waits: Sequence[float], share: float) -> float:
    """In milliseconds; 0 when there is nothing."""
    ordered = sorted(waits)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def cost(measured: Measured, tree: str | None = None) -> float:
    """Processor milliseconds a delivered message, of one process tree or of all."""
    used = measured.trees.get(tree, 0.0) if tree else sum(measured.trees.values())
    return 1000 * used / max(1, measured.played.delivered)


def seen(measured: Measured) -> list[float]:
    """Waits of both directions."""
    return measured.played.to_agents + measured.played.to_customers


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All visits of all rounds; `looks` are the controls around them."""

    visits: list[Visit]
    looks: list[Look]
    failed: list[str]
    options: argparse.Namespace
    load: float

    def text(self) -> str:
        """Everything."""
        parts = [self._head(), self._ceiling(), self._paced("floor"), self._paced("churn"), self._place()]
        return "\n".join([*chain.from_iterable([part, ""] for part in parts if part), self._about()]) + "\n"

    def _head(self) -> str:
        options, rounds = self.options, max((len(self._of(name)) for name in self._names()), default=0)
        measured = (
            f"{platform.system()}, Python {platform.python_version()}, {os.cpu_count()} processors, load average"
            f" {self.load:.1f} at the start, {os.getloadavg()[0]:.1f} at the end; {rounds} rounds;"
            f" {options.conversations} conversations, {options.supervisors} supervisors, a turn every"
            f" {options.pause:g} s in each; {options.seconds:g} s measured of each part, half of it in the closed"
            f" loop; {sum(one.contended for one in self.visits)} of {len(self.visits)} visits"
            " contended (†: of their waits nothing can be said, their CPU time may be used)."
        )
        lines = [measured]
        if self.looks:
            spins = [one.spin for one in self.looks]
            relay = [one.relay for one in self.looks]
            rates = [one.transactions for one in self.looks if one.transactions is not None]
            p50, p99 = ([percentile(waits, share) for waits in relay] for share in (0.5, 0.99))
            lines += [
                "",
                f"| control, {len(self.looks)} looks | median | best | worst |",
                "|---|---|---|---|",
                f"| `pgbench`, a message's five statements, transactions a second | {_three(rates, max, min, 0)} |",
                f"| bare relay, p50 ms | {_three(p50, min, max, 1)} |",
                f"| bare relay, p99 ms | {_three(p99, min, max, 1)} |",
                f"| loop that counts, ms | {_three([1000 * one for one in spins], min, max, 0)} |",
            ]
        return "\n".join(lines)

    def _ceiling(self) -> str:
        rates = [one.transactions for one in self.looks if one.transactions]

        def rate(one: Measured) -> float:
            return one.played.delivered / one.played.seconds

        rows = []
        for name, some in self._measured("ceiling"):
            found = statistics.median(map(rate, some))
            of_all = f"{found / statistics.median(rates):.2f}" if rates else ""
            rows.append(
                f"| {self._marked(name)} | **{self._both(some, cost, 2)}** | {_trees(some)} |"
                f" {self._both(some, rate, 0)} | {of_all} | {_wrong(some)} |"
            )
        return _table(
            "*Ceiling*: in each conversation the next message when the last one was seen",
            "| system | CPU ms a message, all of it | server + database + broker | durable messages a second |"
            " messages / `pgbench`'s transactions | wrong |",
            rows,
        )

    def _paced(self, kind: str) -> str:
        relay = statistics.median(percentile(one.relay, 0.5) for one in self.looks) if self.looks else 0.0
        rows = []
        for name, some in self._measured(kind):
            waits = [wait for one in some for wait in seen(one)]
            shown = [wait for one in some for wait in one.played.shown]
            came = [wait for one in some for wait in one.played.arrivals]
            half = percentile(waits, 0.5)
            of_relay = f"{half / relay:.0f}" if relay else ""
            rows.append(
                f"| {self._marked(name)} | **{self._both(some, cost, 1)}** | {_trees(some)} | {len(waits)} |"
                f" {self._both(some, lambda one: percentile(seen(one), 0.5), 0)} | {percentile(waits, 0.95):.0f} |"
                f" {percentile(waits, 0.99):.0f} | {of_relay} | {_two(shown)} |"
                + (f" {_two(came)} |" if kind == "churn" else "")
                + f" {_wrong(some)} |"
            )
        arrivals = " arrival → first words seen by an agent p50 / p99 ms |" if kind == "churn" else ""
        what = {
            "floor": "*Floor*: everybody writes by the schedule",
            "churn": "*Churn*: the same, with a conversation a second coming and one going, agents stepping away",
        }[kind]
        return _table(
            what,
            "| system | CPU ms a message, all of it | server + database + broker | messages | due → seen p50 ms |"
            f" p95 | p99 | p50 / relay's p50 | due → on every dashboard p50 / p99 ms |{arrivals} wrong |",
            rows,
        )

    def _place(self) -> str:
        rows = []
        for name in self._names():
            some, there = self._of(name), installed(name)
            commands = (len(there.commands) if there else 0) + len(SYSTEMS[name].steps)
            first = some[0].started + some[0].first
            seconds = (
                f"{there.seconds + first:.0f} ({there.seconds:.0f} + {first:.1f})"
                if there
                else f"? + {first:.1f}"
            )
            if there and there.there:
                seconds += f" and {', '.join(there.there)}, there before"
            memory = " → ".join(
                f"{statistics.median(getattr(one, when) for one in some) / MEBIBYTE:.0f}"
                for when in ("idle", "connected", "loaded")
            )
            each = 1000 * statistics.median(one.each for one in some)
            rest = 100 * statistics.median(one.rest for one in some)
            rows.append(
                f"| {name} | {commands if there else '?'} | {seconds} | {each:.0f} | {memory} | {rest:.1f} |"
            )
        return _table(
            "From nothing to the first chat, and memory",
            "| system | commands and files | seconds to the first message seen (installing + the rest) |"
            " ms to open each further chat | PSS in MiB idle → connected → loaded |"
            " % of a core when connected and nobody does anything |",
            rows,
        )

    def _about(self) -> str:
        lines = [f"- Came to nothing: {one}" for one in self.failed]
        for name in self._names():
            system, there = SYSTEMS[name], installed(name)
            steps = [f"`{one}`" for one in (*(there.commands if there else ()), *system.steps)]
            lines.append(f"- {system.version()}: {system.settings}. Set up by {', '.join(steps)}.")
        lines.append(
            "- All: the PostgreSQL that Valvomo embeds, as it sets it (`fsync` and `synchronous_commit` on, 64 MB"
            " `shared_buffers`), each its own cluster on its private socket."
        )
        return "\n".join(lines)

    def _names(self) -> list[str]:
        return list(dict.fromkeys(one.system for one in self.visits))

    def _marked(self, name: str) -> str:
        """With a dagger when a round was contended."""
        return f"{name} †" if any(one.contended for one in self._of(name)) else name

    def _of(self, name: str) -> list[Visit]:
        return [one for one in self.visits if one.system == name]

    def _measured(self, kind: str) -> Iterator[tuple[str, list[Measured]]]:
        for name in self._names():
            if some := [one.parts[kind] for one in self._of(name) if kind in one.parts]:
                yield name, some

    def _both(self, some: list[Measured], figure: Callable[[Measured], float], digits: int) -> str:
        quietest = min(some, key=lambda one: one.others / one.played.seconds)
        return f"{statistics.median(map(figure, some)):.{digits}f} ({figure(quietest):.{digits}f})"


def _trees(some: list[Measured]) -> str:
    return " + ".join(f"{statistics.median(cost(one, tree) for one in some):.2f}" for tree in some[0].trees)


def _wrong(some: list[Measured]) -> str:
    total: dict[str, int] = {}
    for one in some:
        for name, count in one.wrong.items():
            total[name] = total.get(name, 0) + count
    return ", ".join(f"{count} {name}" for name, count in total.items()) or "nothing"


def _two(waits: list[float]) -> str:
    if not waits:
        return "none"
    late = sum(wait >= TIMED_OUT for wait in waits)
    return f"{percentile(waits, 0.5):.0f} / {percentile(waits, 0.99):.0f}" + (
        f" ({late} never)" if late else ""
    )


def _three(
    some: list[float],
    best: Callable[[list[float]], float],
    worst: Callable[[list[float]], float],
    digits: int,
) -> str:
    if not some:
        return "not measured | | "
    return " | ".join(f"{one:.{digits}f}" for one in (statistics.median(some), best(some), worst(some)))


def _table(what: str, head: str, rows: list[str]) -> str:
    if not rows:
        return ""
    return "\n".join([f"{what}:", "", head, "|---" * (head.count("|") - 1) + "|", *rows])
