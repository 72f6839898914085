"""Server processes by fork of one that has imported everything (``fork_servers.py``), where the system can do that."""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LEASH = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
"""A server does not outlive a test run that is killed itself."""
FORKS = Path(__file__).with_name("fork_servers.py")


class Process(Protocol):
    """As `subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None, /) -> object: ...
    def send_signal(self, number: int, /) -> None: ...


@dataclass(frozen=True, slots=True)
class Forked:
    """One that is nobody's child here, by what the system knows it by."""

    number: int
    descriptor: int

    @property
    def pid(self) -> int:
        return self.number

    def poll(self) -> int | None:
        """Nobody hears how it ended."""
        return 0 if self._gone(0) else None

    def wait(self, timeout: float | None = None, /) -> object:
        if not self._gone(None if timeout is None else timeout * 1000):
            raise subprocess.TimeoutExpired(FORKS.name, timeout or 0)
        os.close(self.descriptor)
        return 0

    def send_signal(self, number: int, /) -> None:
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, number)

    def _gone(self, milliseconds: float | None) -> bool:
        looking = select.poll()
        looking.register(self.descriptor, select.POLLIN)
        return bool(looking.poll(milliseconds))


class Forks:
    """The one that servers are forks of."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def get_ready(self) -> None:
        """To be called where the program itself runs: the leash is that of the thread in which a process begins."""
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [*LEASH, sys.executable, str(FORKS)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )

    def begun(self, program: Sequence[str], environment: Mapping[str, str], log: Path) -> Process:
        """It runs, and says into the log whatever it says."""
        if program[0] != sys.executable or not LEASH or not hasattr(os, "pidfd_open"):
            with log.open("ab") as said:
                return subprocess.Popen([*LEASH, *program], env=dict(environment), stdout=said, stderr=said)
        asked = {"program": list(program[1:]), "environment": dict(environment), "log": str(log)}
        with self._lock:
            number = int(self._asked(json.dumps(asked)))
        return Forked(number, os.pidfd_open(number))

    def _asked(self, line: str) -> str:
        assert self._process is not None
        to, back = self._process.stdin, self._process.stdout
        assert to is not None
        assert back is not None
        to.write(f"{line}\n")
        to.flush()
        return back.readline()


FORKING = Forks()
