"""The processes of the benchmark: started, ended, and what they cost by `/proc`."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec

_TICKS = os.sysconf("SC_CLK_TCK")
_PORTS = range(20_000, 32_000)
"""Below those that outgoing connections get."""
PATIENCE = 60.0


def free_port() -> int:
    """One that nobody has on loopback."""
    for port in random.sample(_PORTS, 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")


@contextmanager
def process(
    words: list[str],
    log: Path,
    environment: dict[str, str] | None = None,
    *,
    talks: bool = True,
    folder: Path | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program; ended with SIGTERM, at last with SIGKILL. One that `talks` has pipes for input and output."""
    with log.open("ab") as errors:
        started = subprocess.Popen(
            words,
            stdin=subprocess.PIPE if talks else subprocess.DEVNULL,
            stdout=subprocess.PIPE if talks else errors,
            stderr=errors,
            env=environment,
            cwd=folder,
        )
    try:
        yield started
    finally:
        for pipe in (started.stdin, started.stdout):
            _close(pipe)
        started.send_signal(signal.SIGTERM)
        try:
            started.wait(20)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


@contextmanager
def server(url: str, folder: Path, settings: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """`valvomo serve` on this database: its process id and port, once it answers. `settings` are beside the usual."""
    port = free_port()
    others = {key: value for key, value in os.environ.items() if not key.startswith("VALVOMO_")}
    ours = {
        "VALVOMO_DATABASE_URL": url,
        "VALVOMO_DATA": str(folder / "server"),
        "VALVOMO_PORT": str(port),
        "VALVOMO_LOG_LEVEL": "warning",
        "VALVOMO_CUSTOMER_PACE": "10000",
        "VALVOMO_CUSTOMERS_PER_ADDRESS": "100000",
        # What it costs is measured by itself (bench/sentiment.py).
        "VALVOMO_INSIGHT_PROCESSES": "0",
    }
    words = [sys.executable, "-m", "valvomo", "serve"]
    with process(words, folder / "server.log", {**others, **ours, **(settings or {})}) as started:
        until = time.monotonic() + PATIENCE
        while not _answers(f"http://127.0.0.1:{port}/readyz"):
            if started.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start: {(folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield started.pid, port


def verified(url: str) -> str:
    """What `valvomo verify` says: every conversation is the fold of its facts, the journal's chain is whole.

    Raises AssertionError when not.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("VALVOMO_")}
    words = [sys.executable, "-m", "valvomo", "verify"]
    done = subprocess.run(
        words, env={**environment, "VALVOMO_DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    said = done.stdout.strip() or done.stderr.strip()[-500:]
    if done.returncode:
        raise AssertionError(f"verify has found something: {said}")
    return said


def cpu_seconds(root: int) -> float:
    """Of a process and all below it, children that have ended included."""
    return sum(_tree(root).values())


def memory_bytes(root: int) -> int:
    """Of a process and all below it; what several share is divided among them (PSS)."""
    total = 0
    for pid in _tree(root):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return 1024 * total


def _tree(root: int) -> dict[int, float]:
    """A process and all below it, with processor seconds."""
    parents: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (found := _stat(folder)):
            parents.setdefault(found[0], []).append(int(folder.name))
            times[int(folder.name)] = found[1]
    tree: dict[int, float] = {}
    waiting = [root] if root in times else []
    while waiting:
        one = waiting.pop()
        tree[one] = times[one]
        waiting += parents.get(one, [])
    return tree


def machine_seconds() -> float:
    """What all processors have worked, for anybody."""
    numbers = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    user, nice, system, _idle, _waiting, irq, soft, steal = numbers
    return (user + nice + system + irq + soft + steal) / _TICKS


def _stat(folder: Path) -> tuple[int, float] | None:
    try:
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[1]), sum(int(one) for one in fields[11:15]) / _TICKS


async def listening(port: int, started: subprocess.Popen[bytes]) -> None:
    """Once somebody listens there on loopback."""
    until = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if started.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"{started.args!r} did not start")
        await asyncio.sleep(0.05)


def socket_folder(url: str) -> str:
    """Where the socket of a PostgreSQL is, as its address says."""
    return parse_qs(urlsplit(url).query)["host"][0]


def order(process: subprocess.Popen[bytes], wanted: object) -> dict[str, Any]:
    """Say a line of JSON to a process (None: only hear what it says), and hear one."""
    if process.stdin is None or process.stdout is None:
        raise RuntimeError("no pipes")
    if wanted is not None:
        process.stdin.write(msgspec.json.encode(wanted) + b"\n")
        process.stdin.flush()
    line = process.stdout.readline()
    if not line:
        raise RuntimeError("the clients have ended; see their log")
    answer: dict[str, Any] = msgspec.json.decode(line)
    return answer


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()
