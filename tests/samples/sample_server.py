"""``valvomo serve`` as a process of its own, at an address of its own, which tests may also kill."""

import asyncio
import base64
import os
import random
import signal
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sample_forks import FORKING, Process

PATIENCE = 300.0
"""Seconds until a process that was started must answer; one that was told to end must be gone."""
NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Whom a client of plain HTTP trusts. To read all that the machine trusts takes a client longer than to ask."""
CHEAP = Path(__file__).with_name("serve_with_cheap_passwords.py")
_PORTS = range(20_000, 32_000)


def free_port() -> int:
    """Below the ports that outgoing connections get, so that nobody takes it while the server is down."""
    for port in random.sample(_PORTS, 50):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")


@dataclass(slots=True)
class Served:
    """A server process. It keeps its address when it is started again, as behind a fixed name."""

    folder: Path
    database_url: str = ""
    """Empty: the embedded PostgreSQL, below the folder."""

    port: int = field(default_factory=free_port)
    program: Sequence[str] = (sys.executable, str(CHEAP))
    """What serves: `valvomo serve`, to which passwords are cheap unless it is `command("serve")`."""

    drain_seconds: float = 0.0
    settings: dict[str, str] = field(default_factory=dict)
    """More of them, by name."""

    _process: Process | None = None

    def __post_init__(self) -> None:
        FORKING.get_ready()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        """Of the process that runs now."""
        return None if self._process is None else self._process.pid

    @property
    def log(self) -> Path:
        """All that every process of this server has said."""
        return self.folder / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        """What `valvomo` commands beside this server need, with nothing of the surroundings' settings."""
        ours = {
            "VALVOMO_DATABASE_URL": self.database_url,
            "VALVOMO_DATA": str(self.folder / "data"),
            "VALVOMO_SECRET_KEY": base64.b64encode(bytes(32)).decode(),
            "VALVOMO_PORT": str(self.port),
            "VALVOMO_LOG_FORMAT": "json",
            "VALVOMO_DRAIN_SECONDS": str(self.drain_seconds),
            # Reading is what few tests are about, and a processor is all that they have.
            "VALVOMO_INSIGHT_PROCESSES": "0",
            **self.settings,
            "VALVOMO_WEBHOOK_NETWORKS": "127.0.0.0/8",
        }
        if "VALVOMO_POSTGRES_BIN" in os.environ:
            ours["VALVOMO_POSTGRES_BIN"] = os.environ["VALVOMO_POSTGRES_BIN"]
        others = {key: value for key, value in os.environ.items() if not key.startswith("VALVOMO_")}
        return {**others, **ours}

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = FORKING.begun(self.program, self.environment, self.log)
        deadline = time.monotonic() + PATIENCE
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f"the server did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def kill(self) -> None:
        """As when the power fails: no farewell to anybody."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """As an operator stops it."""
        self._end(signal.SIGTERM)

    def freeze(self) -> None:
        """Its processor stops; its sockets and its sessions at the database stay as they are."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if no time had passed."""
        self._signal(signal.SIGCONT)

    def check(self, name: str) -> str:
        """How it says that one of the things is on which it stands; empty where it does not answer."""
        try:
            answer = httpx.get(f"{self.address}/readyz", timeout=5, trust_env=False, verify=NOBODY).json()
        except httpx.TransportError:
            return ""
        return str(answer["checks"][name]["status"])

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(PATIENCE)

    def _answers(self) -> bool:
        try:
            answer = httpx.get(f"{self.address}/readyz", timeout=30, trust_env=False, verify=NOBODY)
        except httpx.TransportError:
            return False
        return answer.is_success


@asynccontextmanager
async def serving(server: Any, template: str, folder: Path, **settings: str) -> AsyncIterator[Served]:
    """A server on a database of its own, without any organization; nothing that it does not expect may happen to it."""
    name = await server.create(template)
    process = Served(folder, server.url(name), settings=settings)
    await asyncio.to_thread(process.start)
    try:
        yield process
    finally:
        await asyncio.to_thread(process.stop)
        await server.drop(name)
    said = process.log.read_text()
    assert "Traceback" not in said, said[-4000:]


def command(*words: str) -> list[str]:
    """A `valvomo` command line."""
    return [str(Path(sys.executable).with_name("valvomo")), *words]


def wait_until(check: Callable[[], bool]) -> None:
    """The same, for what is not async."""
    deadline = time.monotonic() + PATIENCE
    while not check():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.02)


async def listening(process: asyncio.subprocess.Process, *ports: int) -> None:
    """Wait until it listens on these ports; it must not end before."""
    async with asyncio.timeout(PATIENCE):
        for port in ports:
            while process.returncode is None and not await _listens(port):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.02)
    assert process.returncode is None


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
