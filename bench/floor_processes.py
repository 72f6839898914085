"""The processes of the benchmark: started, ended, and what they cost by `/proc`."""

from __future__ import annotations

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
from typing import IO

import httpx

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
    words: list[str], log: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """A program with pipes to its input and from its output; ended with SIGTERM, at last with SIGKILL."""
    with log.open("ab") as errors:
        started = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, env=environment
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
def server(url: str, folder: Path) -> Iterator[tuple[int, int]]:
    """`valvomo serve` on this database: its process id and port, once it answers."""
    port = free_port()
    others = {key: value for key, value in os.environ.items() if not key.startswith("VALVOMO_")}
    ours = {
        "VALVOMO_DATABASE_URL": url,
        "VALVOMO_DATA": str(folder / "server"),
        "VALVOMO_PORT": str(port),
        "VALVOMO_LOG_LEVEL": "warning",
        "VALVOMO_CUSTOMER_PACE": "10000",
    }
    words = [sys.executable, "-m", "valvomo", "serve"]
    with process(words, folder / "server.log", {**others, **ours}) as started:
        until = time.monotonic() + PATIENCE
        while not _answers(f"http://127.0.0.1:{port}/readyz"):
            if started.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server did not start: {(folder / 'server.log').read_text()[-2000:]}")
            time.sleep(0.1)
        yield started.pid, port


def cpu_seconds(root: int) -> float:
    """Of a process and all below it, children that have ended included."""
    parents: dict[int, list[int]] = {}
    times: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (found := _stat(folder)):
            parents.setdefault(found[0], []).append(int(folder.name))
            times[int(folder.name)] = found[1]
    total, waiting = 0.0, [root]
    while waiting:
        one = waiting.pop()
        total += times.get(one, 0.0)
        waiting += parents.get(one, [])
    return total


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


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5, trust_env=False).is_success
    except httpx.TransportError:
        return False


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()
