"""The large floor: 500 agents, 5,000 conversations, 200 supervisors who watch, 200 messages a second; and what if.

A real server process, an embedded PostgreSQL with fsync on, clients over HTTP and WebSocket in a process of their own,
all on loopback. `--idle` holds so many sockets that hear nothing but how fresh they are, `--storm` cuts so many off
in one moment. `--keep` names a folder in which the floor stays, since making it takes a minute.

    python bench/scale.py --seconds 20
    python bench/scale.py --idle 10000
    python bench/scale.py --storm 3000
    python bench/scale.py --conversations 10000 --board 5
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

import floor_processes as processes
from scale_place import Sizes, furnish
from valvomo.db import migrate
from valvomo.db.embedded import EmbeddedPostgres

HERE = Path(__file__).parent
SCENE = "scene.json"
MIB = 1024 * 1024


def say(*words: str) -> None:
    """A line of the report."""
    print("- " + " ".join(words), flush=True)


def spread(waits: Sequence[float]) -> str:
    """Median, 99th percentile and the most, in milliseconds."""
    ordered = sorted(waits)
    if not ordered:
        return "nothing"
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.99, 1.0)]
    return "p50 {:.0f} ms, p99 {:.0f} ms, at most {:.0f} ms".format(*(1000 * one for one in at))


class Bench:
    """What runs: the process ids of server, database and clients."""

    def __init__(
        self, options: argparse.Namespace, clients: subprocess.Popen[bytes], pids: tuple[int, int]
    ) -> None:
        self.options = options
        self.clients = clients
        self.server, self.database = pids

    def order(self, kind: str, **wanted: Any) -> dict[str, Any]:
        """Have the clients do something."""
        if self.clients.stdin is None or self.clients.stdout is None:
            raise TypeError("the clients have no pipes")
        self.clients.stdin.write(msgspec.json.encode({"kind": kind, **wanted}) + b"\n")
        self.clients.stdin.flush()
        line = self.clients.stdout.readline()
        if not line:
            raise RuntimeError("the clients have ended")
        answer: dict[str, Any] = msgspec.json.decode(line)
        return answer

    def memory(self) -> float:
        """Of the server, in MiB (PSS)."""
        return processes.memory_bytes(self.server) / MIB

    @contextlib.contextmanager
    def used(self) -> Iterator[dict[str, float]]:
        """Processor seconds meanwhile."""
        found: dict[str, float] = {}
        pids = {"server": self.server, "database": self.database, "clients": self.clients.pid}
        before = {name: processes.cpu_seconds(pid) for name, pid in pids.items()}
        machine, began = processes.machine_seconds(), time.perf_counter()
        yield found
        found.update({name: processes.cpu_seconds(pid) - before[name] for name, pid in pids.items()})
        found["elapsed"] = time.perf_counter() - began
        found["others"] = processes.machine_seconds() - machine - sum(found[name] for name in pids)

    def play(self) -> None:
        """The steady floor."""
        options = self.options
        self.open()
        self.order("play", seconds=2.0, rate=options.rate / 4)
        with self.used() as used:
            found = self.order("play", seconds=options.seconds, rate=options.rate)
        count, frames = found["count"], found["frames"]
        say(f"{count / found['elapsed']:.0f} messages a second for {found['elapsed']:.0f} s")
        say("sent → durable:", spread(found["durable"]))
        say("sent → seen by the first supervisor:", spread(found["first"]))
        say("sent → seen by the last supervisor:", spread(found["last"]))
        each = len(self.scene_supervisors) * found["elapsed"]
        say(f"{frames / each:.1f} frames and {found['bytes'] / each / 1024:.0f} KiB a second and supervisor")
        for name in ("server", "database", "clients"):
            say(f"{name}: {1000 * used[name] / count:.2f} ms of CPU a message,"
                f" {used[name] / used['elapsed']:.2f} processors")  # fmt: skip
        frame = 1e6 * used["server"] / (frames + found["others"])
        say(f"server: {frame:.0f} microseconds of CPU a frame, all counted in")
        say(f"others on this machine: {used['others'] / used['elapsed']:.1f} processors")
        self.judge(found)

    def board(self) -> None:
        """A large board, opened again and again."""
        self.order("board", count=1)
        for packed in (True, False):
            found = self.order("board", count=self.options.board, packed=packed)
            form = "compressed" if packed else "text"
            say(f"board of {found['rows']} rows, {form}, {found['bytes'] / MIB:.1f} MiB in {found['frames']} frames:",
                spread(found["waits"]))  # fmt: skip

    def idle(self) -> None:
        """Many sockets that nothing happens on."""
        before, count = self.memory(), self.options.idle
        found = self.order("open_idle", count=count)
        time.sleep(5.0)
        after = self.memory()
        say(f"{count} sockets came in {found['seconds']:.1f} s")
        say(
            f"server: {after:.0f} MiB with them, {before:.0f} before: {1024 * (after - before) / count:.1f} KiB each"
        )
        with self.used() as used:
            time.sleep(min(20.0, self.options.seconds))
        say(f"server idling with them: {used['server'] / used['elapsed']:.2f} processors")

    def storm(self) -> None:
        """Everybody is cut off at once."""
        staff = len(self.scene_supervisors) + self.options.agents
        self.open(count=max(0, self.options.storm - staff))
        self.order("play", seconds=2.0, rate=self.options.rate / 10)
        with self.used() as used:
            found = self.order("storm", seconds=8.0, rate=self.options.rate / 10)
        say(f"{len(found['waits'])} readers of {found['topics']} topics cut off at once, all whole after",
            spread(found["waits"]))  # fmt: skip
        say(f"{found['snapshots']} snapshots were sent, the rest were changes")
        say("messages meanwhile, sent → durable:", spread(found["durable"]))
        say(f"server: {used['server']:.1f} s of CPU, database {used['database']:.1f} s")
        self.judge(found)

    def open(self, count: int = 0) -> None:
        """Supervisors and agents come."""
        idle = self.memory()
        found = self.order("open", count=count, packed=not self.options.text)
        say(
            f"everybody had everything after {found['seconds']:.1f} s; server {idle:.0f} → {self.memory():.0f} MiB"
        )

    @staticmethod
    def judge(found: dict[str, Any]) -> None:
        """Nothing lost, doubled, out of order or untrue."""
        wrong = {name: found[name] for name in ("lost", "faults", "wrong") if found.get(name)}
        if wrong:
            raise AssertionError(str(wrong))
        say("nothing was lost or doubled, and every board was as a fresh one")

    @property
    def scene_supervisors(self) -> range:
        """As many as there are."""
        return range(self.options.supervisors)


async def made(options: argparse.Namespace, folder: Path) -> None:
    """The floor, unless it is there."""
    if (folder / SCENE).exists():
        return
    sizes = Sizes(agents=options.agents, conversations=options.conversations, supervisors=options.supervisors)
    async with EmbeddedPostgres(folder / "postgres") as database:
        scene = await furnish(database.url, sizes)
    (folder / SCENE).touch(mode=0o600)
    (folder / SCENE).write_bytes(msgspec.json.encode(scene))


async def measure(options: argparse.Namespace, folder: Path) -> None:
    """Start everything, and do as asked for."""
    async with EmbeddedPostgres(folder / "postgres") as database:
        await migrate.apply(database.url)
        load = os.getloadavg()[0]
        print(
            f"{os.cpu_count()} processors, load average {load:.1f}; {options.agents} agents,"
            f" {options.conversations} conversations, {options.supervisors} supervisors",
            flush=True,
        )
        log = folder / "clients.log"
        with processes.server(database.url, folder) as (pid, port):
            words = [sys.executable, str(HERE / "scale_clients.py"), str(port), str(folder / SCENE)]
            with processes.process(words, log) as clients:
                bench = Bench(options, clients, (pid, database.pid or 0))
                say(f"server without anybody: {bench.memory():.0f} MiB")
                try:
                    await asyncio.to_thread(getattr(bench, options.mode))
                finally:
                    said = (folder / "server.log").read_text()[-3000:] + log.read_text()[-3000:]
                    print(said, file=sys.stderr, end="")


async def run(options: argparse.Namespace, folder: Path) -> None:
    """On a copy where the floor is kept: agents who leave at the end would be gone from it the next time."""
    await made(options, options.keep or folder)
    if options.keep:
        shutil.copytree(options.keep, folder, dirs_exist_ok=True)
    await measure(options, folder)


def main() -> None:
    """As asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--agents", type=int, default=500)
    parser.add_argument("--conversations", type=int, default=5_000)
    parser.add_argument("--supervisors", type=int, default=200)
    parser.add_argument("--rate", type=float, default=200.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--text", action="store_true", help="supervisors who accept no gzip")
    parser.add_argument("--keep", type=Path)
    for name in ("idle", "storm", "board"):
        parser.add_argument(f"--{name}", type=int, default=0)
    options = parser.parse_args()
    options.mode = next((name for name in ("idle", "storm", "board") if getattr(options, name)), "play")
    with tempfile.TemporaryDirectory(dir="/var/tmp") as name:
        if options.keep:
            options.keep.mkdir(exist_ok=True)
        asyncio.run(run(options, Path(name)))


if __name__ == "__main__":
    main()
