"""A TURN server on loopback: coturn with the file that is in `deploy/coturn`, and addresses and a secret of its own."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sample_server import listening

from valvomo.media.relays import GOOD_FOR, Relays
from valvomo.protocol.calls import IceServer

FILE = Path(__file__).parents[2] / "deploy" / "coturn" / "turnserver.conf"
PROGRAM = shutil.which("turnserver", path="/usr/bin:/usr/local/bin:/usr/sbin")
OURS = {
    "static-auth-secret": "a secret of tests",
    "realm": "turn.example.org",
    "allowed-peer-ip": "127.0.0.1",
}
LEFT_OUT = frozenset({"cert", "pkey", "tls-listening-port", "syslog"})
"""There is no certificate, and what it says goes to standard output."""


@dataclass(frozen=True)
class Relay:
    """One that runs. `ports` are those that it has for browsers."""

    port: int
    ports: range

    def server(self, transport: str = "udp", *, good_for: timedelta = timedelta(hours=1)) -> IceServer:
        """As this house gives it to a browser."""
        url = f"turn:127.0.0.1:{self.port}?transport={transport}"
        relays = Relays(urls=(url,), secret=OURS["static-auth-secret"])
        [found] = relays.of("somebody", datetime.now(UTC) + good_for - GOOD_FOR)
        return found


def _configured(port: int) -> str:
    lines = []
    for line in FILE.read_text(encoding="utf-8").splitlines():
        key, _, _ = line.partition("=")
        if key in LEFT_OUT:
            continue
        lines.append(f"{key}={OURS[key]}" if key in OURS else line)
    text = "\n".join(lines).replace("listening-port=3478", f"listening-port={port}")
    more = (
        "listening-ip=127.0.0.1",
        "relay-ip=127.0.0.1",
        "allow-loopback-peers",
        "no-tls",
        "no-dtls",
        "log-file=stdout",
    )
    return "\n".join([text, *more, ""])


@asynccontextmanager
async def relay(folder: Path) -> AsyncIterator[Relay]:
    """As long as it is needed."""
    assert PROGRAM is not None
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    file = folder / "turnserver.conf"
    file.write_text(_configured(port), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        PROGRAM, "-c", str(file), "--pidfile", str(folder / "pid"), "--userdb", str(folder / "users"),
        cwd=folder, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await listening(process, port)
        yield Relay(port, range(49_152, 65_536))
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
