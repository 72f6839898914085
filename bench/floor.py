"""The first benchmark of the floor: messages, the live stream, a watched board, and controls in the same run.

A real server process, an embedded PostgreSQL with fsync on, clients over HTTP and WebSocket in a process of their
own, all on loopback. Rounds of all kinds alternate, in turned order every second time, so that the ratios mean
something on a noisy machine; medians over the rounds are printed.

    python bench/floor.py --rounds 3 --seconds 8
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec

import floor_control
import floor_processes as processes
from floor_place import Place, furnish
from floor_report import table
from valvomo.db.embedded import EmbeddedPostgres

HERE = Path(__file__).parent
CONTROL = "control"
KINDS = ("disk", "ceiling", "pgbench", "echo", "steady", "echo, steady", "watching")
Figures = dict[str, float]


def milliseconds(waits: Sequence[float], share: float) -> float:
    """A percentile; 0 when there is nothing."""
    ordered = sorted(waits)
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def disk(folder: Path, seconds: float) -> Figures:
    """What a commit waits for at least: 8 kB written and forced to the disk."""
    waits, until = [], time.perf_counter() + seconds
    with (folder / "disk").open("wb", buffering=0) as file:
        while (begun := time.perf_counter()) < until:
            file.seek(0)
            file.write(b"x" * 8192)
            os.fdatasync(file.fileno())
            waits.append(time.perf_counter() - begun)
    return {
        "per_second": len(waits) / seconds,
        "p50": milliseconds(waits, 0.5),
        "p99": milliseconds(waits, 0.99),
    }


@dataclass(slots=True, kw_only=True)
class Bench:
    """Everything that runs. `clients` plays rounds; `pids` are of server, database and clients."""

    url: str
    control_url: str
    place: Place
    control: Place
    folder: Path
    clients: subprocess.Popen[bytes]
    pids: tuple[int, int, int]
    seconds: float
    rate: float
    found: dict[str, list[Figures]] = field(default_factory=dict)

    async def play(self, kind: str) -> None:
        """One round of a kind."""
        if kind == "disk":
            figures: Figures | None = disk(self.folder, self.seconds / 4)
        else:
            figures = await self._pgbench() if kind == "pgbench" else await self._clients(kind)
        if figures is not None:
            self.found.setdefault(kind, []).append(figures)
            shown = "  ".join(f"{name} {value:.1f}" for name, value in figures.items())
            print(f"{kind:13} {shown}", file=sys.stderr, flush=True)

    async def _clients(self, kind: str) -> Figures:
        rows = await self._rows()
        used, begun = self._used(), time.perf_counter()
        answer = await asyncio.to_thread(self._order, kind)
        used = [after - before for before, after in zip(used, self._used(), strict=True)]
        elapsed = time.perf_counter() - begun
        figures = {
            "per_second": answer["count"] / answer["elapsed"],
            "p50": milliseconds(answer["seen"], 0.5),
            "p99": milliseconds(answer["seen"], 0.99),
            "others": (used[3] - sum(used[:3])) / elapsed,
        }
        if kind in {"ceiling", "steady", "watching"}:
            _proved(kind, answer, await self._rows() - rows)
            figures["cpu_server"] = 1000 * used[0] / answer["count"]
            figures["cpu_database"] = 1000 * used[1] / answer["count"]
        for name in ("durable", "last"):
            if name in answer:
                figures[f"{name}_p50"] = milliseconds(answer[name], 0.5)
                figures[f"{name}_p99"] = milliseconds(answer[name], 0.99)
        return figures

    async def _pgbench(self) -> Figures | None:
        program = floor_control.pgbench()
        if program is None:
            return None
        used = self._used()
        rate, waits = await asyncio.to_thread(
            floor_control.run,
            program,
            self.control_url,
            self.control,
            folder=self.folder,
            seconds=self.seconds,
        )
        cpu = self._used()[1] - used[1]
        return {
            "per_second": rate,
            "p50": milliseconds(waits, 0.5),
            "p99": milliseconds(waits, 0.99),
            "cpu_database": 1000 * cpu / max(1, len(waits)),
        }

    def _order(self, kind: str) -> dict[str, Any]:
        name = {"ceiling": "talk", "steady": "talk", "watching": "watch"}.get(kind, "echo")
        rate = self.rate if "steady" in kind else 0.0
        return processes.order(self.clients, {"kind": name, "seconds": self.seconds, "rate": rate})

    def _used(self) -> list[float]:
        return [*(processes.cpu_seconds(pid) for pid in self.pids), processes.machine_seconds()]

    async def _rows(self) -> int:
        connection = await asyncpg.connect(self.url)
        try:
            count, holes = await connection.fetchrow(
                "SELECT sum(n)::bigint, sum(last - n)::bigint FROM (SELECT count(*) AS n, max(seq) AS last"
                " FROM public_messages WHERE organization_id = $1 GROUP BY conversation_id) AS counted",
                self.place.organization_id,
            ) or (0, 0)
        finally:
            await connection.close()
        if holes:
            raise AssertionError(f"{holes} numbers of messages are missing")
        return count or 0


def _proved(kind: str, answer: dict[str, Any], rows: int) -> None:
    """Nothing lost, doubled or out of order, by the clients' sight and by SQL."""
    wrong = answer.get("wrong", {"lost": answer.get("lost", 0)})
    wrong["rows otherwise than once"] = rows - answer["count"]
    if any(wrong.values()):
        raise AssertionError(f"{kind}: {wrong}")


async def control_of(database: EmbeddedPostgres) -> str:
    """An empty database beside the server's, in the same PostgreSQL."""
    connection = await asyncpg.connect(database.superuser_url)
    try:
        await connection.execute(f"CREATE DATABASE {CONTROL} OWNER valvomo")
    finally:
        await connection.close()
    return urlunsplit(urlsplit(database.url)._replace(path=f"/{CONTROL}"))


async def measure(options: argparse.Namespace, folder: Path, database: EmbeddedPostgres) -> None:
    place = await furnish(database.url, talks=options.conversations, supervisors=options.supervisors)
    control_url = await control_of(database)
    control = await furnish(control_url, talks=options.conversations, supervisors=0)
    described = folder / "place.json"
    described.touch(mode=0o600)
    described.write_bytes(msgspec.json.encode(place))
    echo_port, log = processes.free_port(), folder / "clients.log"
    echo = [sys.executable, str(HERE / "floor_echo.py"), str(echo_port)]
    with processes.server(database.url, folder) as (pid, port), processes.process(echo, log):
        words = [sys.executable, str(HERE / "floor_clients.py"), str(port), str(echo_port), str(described)]
        with processes.process(words, log) as clients:
            bench = Bench(
                url=database.url, control_url=control_url, place=place, control=control, folder=folder,
                clients=clients, pids=(pid, database.pid or 0, clients.pid), seconds=options.seconds,
                rate=options.rate,
            )  # fmt: skip
            try:
                await play(bench, options)
            finally:
                print((folder / "server.log").read_text() + log.read_text(), file=sys.stderr, end="")
    print(f"\n`valvomo verify`: {processes.verified(database.url)}")


async def play(bench: Bench, options: argparse.Namespace) -> None:
    """All rounds; the first message of everybody and the first plans are not measured."""
    load = os.getloadavg()[0]
    await asyncio.to_thread(processes.order, bench.clients, None)
    await asyncio.to_thread(processes.order, bench.clients, {"kind": "talk", "seconds": 2.0})
    for number in range(options.rounds):
        for kind in KINDS if number % 2 == 0 else reversed(KINDS):
            await bench.play(kind)
    medians = {
        kind: {name: statistics.median(one[name] for one in some) for name in some[0]}
        for kind, some in bench.found.items()
    }
    print(table(medians, options, load))


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rate", type=float, default=20.0, help="messages a second of the steady rounds")
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--supervisors", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        folder = Path(name)
        async with EmbeddedPostgres(folder / "postgres") as database:
            await measure(options, folder, database)


if __name__ == "__main__":
    asyncio.run(main())
