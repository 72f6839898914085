"""``nats-server`` as a process of its own, which tests may stop and start again at the same address."""

import contextlib
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from sample_forks import LEASH
from sample_patience import until
from sample_server import PATIENCE, free_port

PROGRAM = Path(sys.executable).with_name("nats-server")


@dataclass(slots=True)
class NatsServer:
    """On loopback, with nothing kept. `options` go on its command line."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"nats://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it listens."""
        self._process = process = self._begin()

        async def listens() -> bool:
            assert process.poll() is None, (self.folder / "nats.log").read_text()
            return self._listens()

        await until(listens)

    def _begin(self) -> subprocess.Popen[bytes]:
        command = [*LEASH, str(PROGRAM), "-a", "127.0.0.1", "-p", str(self.port), *self.options]
        with (self.folder / "nats.log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log)

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """Without a farewell."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(how)
            process.wait(PATIENCE)

    def freeze(self) -> None:
        """Its processor stops; connections stand, and nothing comes through them."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """It goes on as if no time had passed."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    def _listens(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False
