"""Django Channels: the small chat in `channels_chat`, served by daphne, with PostgreSQL and Redis."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

import floor_processes as processes
from systems.install import installed, python_of, version_of
from systems.rooms import RoomPeople, Rooms
from systems.system import Running, Size, counted, tree_of
from valvomo.db.embedded import EmbeddedPostgres
from workload.ledger import WORDS
from workload.people import Ears, People

_HERE = Path(__file__).resolve().parents[1]
_ROWS = f"SELECT count(*) FROM channels_chat_message WHERE text LIKE '%{WORDS}'"
_MODULE = "channels_chat.settings"


class Channels:
    """Daphne, PostgreSQL, Redis."""

    name = "channels"
    steps: tuple[str, ...] = (
        "60 lines of settings, model and consumers", "createdb", "venv/bin/django-admin migrate --run-syncdb",
        "redis-server", "venv/bin/daphne channels_chat.asgi:application",
    )  # fmt: skip
    settings = (
        "database connections kept for 60 s; Redis without snapshots, which a channel layer does not need"
    )
    watched = "a group of all"

    def missing(self) -> str:
        """Packages of PyPI in an environment, and Redis."""
        if installed(self.name) is None or shutil.which("redis-server") is None:
            return "not installed"
        return ""

    def version(self) -> str:
        """Of all parts."""
        names = {"Channels": "channels", "Django": "django", "daphne": "daphne"}
        asked = "; ".join(f"print('{name}', version('{package}'))" for name, package in names.items())
        words = [str(python_of(self.name)), "-c", f"from importlib.metadata import version; {asked}"]
        lines = subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
        found = ", ".join(lines)
        return f"{found}, Redis {version_of('redis-server')}"

    @asynccontextmanager
    async def running(self, folder: Path, size: Size) -> AsyncIterator[Running]:  # noqa: ARG002 - of any size
        """One process each."""
        log, port, redis_port = folder / "channels.log", processes.free_port(), processes.free_port()
        redis_words = [
            "redis-server", "--bind", "127.0.0.1", "--port", str(redis_port), "--save", "", "--dir", str(folder)
        ]  # fmt: skip
        async with EmbeddedPostgres(folder / "postgres") as database:
            environment = self._environment(database.url, redis_port)
            django = [str(python_of(self.name)), "-m", "django", "migrate", "--run-syncdb", "--verbosity=0"]
            await asyncio.to_thread(subprocess.run, django, check=True, env=environment)
            daphne = [
                str(python_of(self.name)), "-m", "daphne", "--bind=127.0.0.1", f"--port={port}", "--verbosity=0",
                "channels_chat.asgi:application",
            ]  # fmt: skip
            with (
                processes.process(redis_words, log, talks=False) as redis,
                processes.process(daphne, log, environment, talks=False) as server,
            ):
                await processes.listening(redis_port, redis)
                await processes.listening(port, server)
                yield Running(
                    roots={"server": server.pid, "database": tree_of(database.pid), "broker": redis.pid},
                    where={"port": port},
                    rows=lambda: counted(database, _ROWS),
                )

    def people(self, where: Mapping[str, object], ears: Ears) -> People:
        """JSON over WebSockets."""
        rooms = Rooms(
            port=int(str(where["port"])),
            path="/ws/chat/{room}/{side}/",
            board="/ws/all/",
            pack=lambda text: msgspec.json.encode({"text": text}),
            unpack=lambda payload: str(msgspec.json.decode(payload)["text"]),
        )
        return RoomPeople(rooms, ears)

    def _environment(self, url: str, redis_port: int) -> dict[str, str]:
        parts = urlsplit(url)
        return {
            **os.environ,
            "PYTHONPATH": str(_HERE),
            "DJANGO_SETTINGS_MODULE": _MODULE,
            "CHAT_SECRET": os.urandom(16).hex(),
            "CHAT_DATABASE": parts.path.strip("/"),
            "CHAT_DATABASE_HOST": processes.socket_folder(url),
            "CHAT_DATABASE_USER": parts.username or "",
            "CHAT_DATABASE_PASSWORD": parts.password or "",
            "CHAT_REDIS": f"redis://127.0.0.1:{redis_port}/0",
        }
