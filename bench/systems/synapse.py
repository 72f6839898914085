"""Matrix Synapse: one process, PostgreSQL, a private room for each conversation. It is only run."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

import floor_processes as processes
from systems.install import installed, python_of
from systems.synapse_people import MatrixPeople
from systems.system import Running, Size, counted, tree_of
from valvomo.db.embedded import EmbeddedPostgres
from workload.ledger import WORDS
from workload.people import Ears, People

_ROWS = f"SELECT count(*) FROM event_json WHERE json LIKE '%{WORDS}%'"
_UNLIMITED = {"per_second": 1e6, "burst_count": 1_000_000}
_LIMITS = {
    "rc_message": _UNLIMITED,
    "rc_registration": _UNLIMITED,
    "rc_login": {"address": _UNLIMITED, "account": _UNLIMITED},
    "rc_joins": {"local": _UNLIMITED, "remote": _UNLIMITED},
    "rc_joins_per_room": _UNLIMITED,
    "rc_invites": {"per_room": _UNLIMITED, "per_user": _UNLIMITED, "per_issuer": _UNLIMITED},
    "rc_presence": {"per_user": _UNLIMITED},
    "rc_room_creation": _UNLIMITED,
}
_LOG = {
    "version": 1,
    "handlers": {"file": {"class": "logging.FileHandler", "filename": "synapse.log"}},
    "root": {"level": "WARNING", "handlers": ["file"]},
}


class Synapse:
    """Far more than a chat desk: it signs each event and resolves a room's state, so that servers can federate."""

    name = "synapse"
    steps: tuple[str, ...] = (
        "venv/bin/python -m synapse.app.homeserver --generate-config", "createdb", "homeserver.yaml",
        "venv/bin/python -m synapse.app.homeserver",
    )  # fmt: skip
    settings = (
        "PostgreSQL; one client listener on loopback, no federation, no key servers; open registration, 4 bcrypt"
        " rounds, every `rc_*` limit raised (with the defaults the load is refused), log level WARNING"
    )
    watched = ""

    def missing(self) -> str:
        """Packages of PyPI in an environment."""
        return "" if installed(self.name) else "not installed"

    def version(self) -> str:
        """Of the package."""
        words = [str(python_of(self.name)), "-c"]
        words += ["from importlib.metadata import version; print(version('matrix-synapse'))"]
        found = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
        return f"Synapse {found}"

    @asynccontextmanager
    async def running(self, folder: Path, size: Size) -> AsyncIterator[Running]:  # noqa: ARG002 - of any size
        """Its own generated configuration, and what differs in a second file."""
        port, home = processes.free_port(), folder / "synapse"
        home.mkdir(exist_ok=True)
        generated, ours = home / "homeserver.yaml", home / "bench.yaml"
        program = [str(python_of(self.name)), "-m", "synapse.app.homeserver", "--config-path", str(generated)]
        if not generated.exists():
            words = [*program, "--server-name=localhost", "--generate-config", "--report-stats=no"]
            words.append(f"--data-directory={home}")
            await asyncio.to_thread(subprocess.run, words, check=True, cwd=home, capture_output=True)
        (home / "log.yaml").write_bytes(msgspec.json.encode(_LOG))
        async with EmbeddedPostgres(folder / "postgres") as database:
            ours.touch(mode=0o600)
            ours.write_bytes(msgspec.json.encode(self._differs(home, database.url, port)))
            words = [*program, "--config-path", str(ours)]
            with processes.process(words, home / "synapse.out", talks=False, folder=home) as server:
                await processes.listening(port, server)
                yield Running(
                    roots={"server": server.pid, "database": tree_of(database.pid)},
                    where={"port": port},
                    rows=lambda: counted(database, _ROWS),
                )

    def people(self, where: Mapping[str, object], ears: Ears) -> People:
        """Matrix clients."""
        return MatrixPeople(int(str(where["port"])), ears)

    def _differs(self, home: Path, url: str, port: int) -> dict[str, object]:
        """JSON is YAML."""
        parts = urlsplit(url)
        client = {"names": ["client"], "compress": False}
        listener = {
            "port": port, "type": "http", "tls": False, "bind_addresses": ["127.0.0.1"], "resources": [client]
        }  # fmt: skip
        connection = {
            "user": parts.username, "password": parts.password, "dbname": parts.path.strip("/"),
            "host": processes.socket_folder(url), "cp_min": 5, "cp_max": 10,
        }  # fmt: skip
        return {
            "listeners": [listener],
            "database": {"name": "psycopg2", "args": connection},
            "log_config": str(home / "log.yaml"),
            "trusted_key_servers": [],
            "suppress_key_server_warning": True,
            "enable_registration": True,
            "enable_registration_without_verification": True,
            "bcrypt_rounds": 4,
            **_LIMITS,
        }
