"""`valvomo doctor` on things that are really broken: it names the hop, and the cure."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx
import pytest
import uvicorn
from sample_bad_proxies import BadProxy, another_host, forwarding, in_front, without_upgrade
from sample_certificate import certificate_in
from sample_nats import NatsServer
from sample_server import command, free_port

from valvomo.bus.local import LocalBus
from valvomo.bus.nats import Address, NatsBus
from valvomo.cli.doctor import database as databases
from valvomo.cli.doctor import machine, ringing, way
from valvomo.cli.doctor.command import examine
from valvomo.cli.doctor.finding import Finding, State
from valvomo.db.database import Database
from valvomo.db.notify import NotifyBus
from valvomo.db.statements import statements
from valvomo.edge.ws import ping
from valvomo.edge.ws.frames import SharedFrames
from valvomo.main.assembly import assemble, running
from valvomo.main.clock import now
from valvomo.settings import Settings

pytestmark = pytest.mark.slow  # real servers, silences that are waited for


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silences are short here."""
    for module in (ping, way):
        monkeypatch.setattr(module, "QUIET_SECONDS", 1.0)


def broken(found: list[Finding]) -> dict[str, Finding]:
    return {one.check: one for one in found if one.state is State.BROKEN}


def states(found: list[Finding]) -> dict[str, str]:
    return {one.check: one.state.value for one in found}


@asynccontextmanager
async def serving(database: Database, trusted: str = "127.0.0.1") -> AsyncIterator[int]:
    """A house on a real uvicorn that believes these proxies; its port."""
    built = assemble(database, Settings(), clock=now)
    config = uvicorn.Config(
        built.app, port=0, ws=SharedFrames, ws_per_message_deflate=False, log_config=None, lifespan="off",
        forwarded_allow_ips=trusted,
    )  # fmt: skip
    server = uvicorn.Server(config)
    async with running(built), asyncio.TaskGroup() as group:
        task = group.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        yield server.servers[0].sockets[0].getsockname()[1]
        server.should_exit = True
        await task


async def test_a_way_on_which_nothing_is_wrong(database: Database) -> None:
    async with serving(database) as port, in_front(BadProxy(backend=port, rewrite=forwarding)) as url:
        found = await way.examine(url)
    assert set(states(found).values()) == {"ok"}
    assert list(states(found)) == [
        "name", "proxy", "websocket", "buffering", "time-out", "forwarded", "origin",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "check", "cure"),
    [
        ({"rewrite": without_upgrade}, "websocket", "Upgrade"),
        ({"rewrite": another_host}, "origin", "Host header"),
        ({"idle": 0.6}, "time-out", "proxy_read_timeout"),
        ({"hold": 0.8}, "buffering", "buffering off"),
        (
            {"answer": b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"},
            "proxy",
            "start valvomo serve",
        ),
        ({"answer": b"HTTP/1.1 503 No\r\nContent-Length: 0\r\n\r\n"}, "proxy", "/readyz"),
        ({"answer": b"SSH-2.0-OpenSSH_9.2\r\n"}, "websocket", "proxy's log"),
    ],
)
async def test_a_proxy_that_does_it_wrong(database: Database, wrong: Any, check: str, cure: str) -> None:
    async with serving(database) as port, in_front(BadProxy(backend=port, **wrong)) as url:
        found = broken(await way.examine(url))
    assert list(found) == [check]
    assert cure in found[check].cure


async def test_a_proxy_that_is_not_believed(database: Database) -> None:
    proxy = {"rewrite": forwarding}
    async with serving(database, "192.0.2.1") as port, in_front(BadProxy(backend=port, **proxy)) as url:  # type: ignore[arg-type]
        found = broken(await way.examine(url))
    assert list(found) == ["forwarded"]
    assert "VALVOMO_TRUSTED_PROXIES" in found["forwarded"].cure


@pytest.mark.parametrize(
    "said", [{"forwarded": False, "believed": False}, {"forwarded": True, "believed": True}]
)
def test_over_tls_the_server_has_to_know_it(said: Any) -> None:
    assert way._headers({"secure": False, **said}, secure=True).state is State.BROKEN


async def test_nothing_listens_and_nobody_is_called_so() -> None:
    [_, found] = await way.examine(f"http://127.0.0.1:{free_port()}")
    assert (found.check, found.state) == ("proxy", State.BROKEN)
    [found] = await way.examine("http://nobody.invalid")
    assert (found.check, found.state) == ("name", State.BROKEN)


async def test_certificates_that_nobody_trusts_and_no_encryption_at_all(tmp_path: Path) -> None:
    own = certificate_in(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own.certificate, own.key)

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        found = (await way.examine(url))[-1]
        assert (found.check, found.state) == ("encryption", State.BROKEN)
        assert "certificate" in found.seen
        trusted = await way.examine(url, ssl.create_default_context(cafile=own.certificate))
        assert states(trusted)["encryption"] == "warning", "it ends in two days"
    async with in_front(BadProxy(backend=0, answer=b"HTTP/1.1 200 OK\r\n\r\n")) as plain:
        found = (await way.examine(plain.replace("http", "https")))[-1]
    assert (found.check, found.state) == ("encryption", State.BROKEN)


async def test_a_database_on_which_all_is_well_but_its_durability(database: Database) -> None:
    """The tests' server does not wait for the disk."""
    found = await databases.examine(database, now, pool_size=10)
    assert states(found) == {
        "database": "ok", "durability": "broken", "sessions": "ok", "latency": states(found)["latency"], "clock": "ok",
        "schema": "ok", "privileges": "ok", "processes": "ok",
    }  # fmt: skip
    assert "fsync" in broken(found)["durability"].cure


@pytest.mark.parametrize(("seconds", "state"), [(60, "broken"), (-60, "broken"), (2, "warning"), (0, "ok")])
async def test_a_clock_that_is_wrong(database: Database, seconds: int, state: str) -> None:
    found = await databases.examine(database, lambda: now() - timedelta(seconds=seconds), pool_size=10)
    assert states(found)["clock"] == state


async def test_sessions_that_a_pooler_shares_out(database: Database) -> None:
    known = statements()
    shared = {**known, "doctor.session": replace(known["doctor.session"], sql="SELECT 7")}
    opened = await Database.open(database.url, pool_size=2, known=shared)
    found = broken(await databases.examine(opened, now, pool_size=10))
    await opened.close()
    assert "session mode" in found["sessions"].cure


@pytest.mark.parametrize(
    "error", [asyncpg.InvalidSQLStatementNameError, asyncpg.DuplicatePreparedStatementError]
)
def test_what_a_pooler_in_transaction_mode_makes_of_us(error: type[Exception]) -> None:
    found = databases.why_unreached("postgresql://u:p@pooler:6432/d", error("prepared statement"))
    assert (found.check, found.state) == ("sessions", State.BROKEN)
    assert "pooler:6432" in found.seen


async def test_a_schema_that_is_not_ours(database: Database) -> None:
    await database._pool.execute("DELETE FROM schema_migrations WHERE number = 1")
    found = broken(await databases.examine(database, now, pool_size=10))
    assert "valvomo migrate" in found["schema"].cure


async def test_a_database_with_nothing_in_it(empty_database_url: str, tmp_path: Path) -> None:
    settings = Settings(database_url=empty_database_url, data=tmp_path, port=free_port())
    found = await examine(settings, now)
    assert "valvomo migrate" in broken(found)["schema"].cure
    assert {"bus", "server", "mail", "storage"} <= {one.check for one in found}


async def test_more_connections_than_the_server_has(database: Database) -> None:
    await database._pool.execute("INSERT INTO processes (id, seen_at, version) VALUES ('a', now(), '1')")
    found = await databases.examine(database, now, pool_size=900)
    assert states(found)["processes"] == "warning"


async def unreached(url: str) -> Finding:
    with pytest.raises((OSError, asyncpg.PostgresError)) as error:
        await Database.open(url)
    return databases.why_unreached(url, error.value)


async def test_a_database_that_lets_nobody_in(database_url: str) -> None:
    parts = urlsplit(database_url)
    url = urlunsplit(parts._replace(path="/nowhere"))
    assert "there is no database nowhere" in (await unreached(url)).seen
    if parts.password:
        url = urlunsplit(parts._replace(netloc=parts.netloc.replace(parts.password, "wrong")))
        assert "refuses the user or the password" in (await unreached(url)).seen
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        found = await unreached(f"postgresql://a:b@127.0.0.1:{nobody.getsockname()[1]}/c")
    assert "cannot be reached" in found.seen
    assert "start PostgreSQL" in found.cure


async def test_the_bus(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await ringing.examine(NotifyBus(database))).state is State.OK
    assert (await ringing.examine(LocalBus())).state is State.NOT_CONFIGURED
    rules = tmp_path / "nats.conf"
    rules.write_text(
        'authorization { users = [{user: u, password: p, permissions: {publish: "other.>", subscribe: ">"}}] }'
    )
    server = NatsServer(tmp_path, ("-c", str(rules)))
    monkeypatch.setattr(ringing, "PATIENCE_SECONDS", 1.5)
    await server.start()
    place = f"127.0.0.1:{server.port}"
    found = await ringing.examine(NatsBus(Address.of(f"nats://u:p@{place}")))
    assert "publish" in found.cure
    assert (
        await ringing.examine(NatsBus(Address.of(f"nats://u:p@{place}"), prefix="other"))
    ).state is State.OK
    server.stop()
    found = await ringing.examine(NatsBus(Address.of(f"nats://u:p@{place}")))
    assert "cannot be reached" in found.seen


def test_the_data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def found(folder: Path) -> Finding:
        return machine.data_folder(Settings(data=folder))

    tmp_path.chmod(0o700)
    assert found(tmp_path).state is State.OK
    assert "cannot be written" in found(Path("/proc/self")).seen
    tmp_path.chmod(0o777)
    assert "chmod go-w" in found(tmp_path).cure
    assert found(tmp_path).state is State.BROKEN
    tmp_path.chmod(0o2777)  # a volume in Kubernetes
    elsewhere = Settings(data=tmp_path, database_url="postgresql://h/d")
    assert machine.data_folder(elsewhere).state is State.WARNING
    tmp_path.chmod(0o700)
    assert machine.data_folder(elsewhere).state is State.OK
    monkeypatch.setattr(machine, "TOO_LITTLE_SPACE", 1 << 62)
    assert found(tmp_path).state is State.BROKEN
    assert found(tmp_path / "later").state is State.WARNING


async def test_the_server_s_own_port(database: Database) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        async with serving(database) as port:
            assert (await machine.own_server(Settings(port=port), client)).state is State.OK
        found = await machine.own_server(Settings(port=port), client)
    assert found.state is State.BROKEN
    assert "start valvomo serve" in found.cure


async def test_everything_together(database: Database, tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    async with serving(database) as port, in_front(BadProxy(backend=port, rewrite=forwarding)) as url:
        settings = Settings(database_url=database.url, data=tmp_path, port=port, public_url=url)
        found = await examine(settings, now)
    assert list(broken(found)) == ["durability"]
    assert {"mail", "scanner", "files", "channels"} <= {
        one.check for one in found if one.state is State.NOT_CONFIGURED
    }
    assert not any("hidden" in one.seen for one in found)


def doctor(tmp_path: Path, *words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "VALVOMO_DATA": str(tmp_path), **settings}
    return subprocess.run(
        command("doctor", *words), env=environment, capture_output=True, text=True, check=False, timeout=90
    )


def test_the_command_says_what_is_broken_and_fails(tmp_path: Path) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"postgresql://a:hidden@127.0.0.1:{nobody.getsockname()[1]}/c"
        ran = doctor(tmp_path, "--json", VALVOMO_DATABASE_URL=url, VALVOMO_PORT=str(free_port()))
    assert ran.returncode == 1
    found = {one["check"]: one for one in json.loads(ran.stdout)}
    assert found["database"]["state"] == found["server"]["state"] == "broken"
    assert found["mail"]["state"] == "not configured"
    assert "hidden" not in ran.stdout + ran.stderr
    ran = doctor(tmp_path, VALVOMO_PROT="1")
    assert ran.returncode == 1
    assert "VALVOMO_PROT: is not a setting; did you mean VALVOMO_PORT?" in ran.stdout


@pytest.mark.parametrize("word", ["doctor", "serve"])
def test_a_password_that_breaks_its_url_is_not_printed(tmp_path: Path, word: str) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "VALVOMO_DATABASE_URL": "postgresql://valvomo:s3cr3t#pw@localhost/valvomo",
    }
    done = subprocess.run(
        command(word), env=environment, capture_output=True, text=True, check=False, timeout=90
    )
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "percent-encode the password" in said
    assert not any(part in said for part in ("s3cr3t", "Traceback"))


def test_of_several_servers_none_is_the_one() -> None:
    found = databases.why_unreached("postgresql://u:p@one:1,two:2/d", OSError("gone"))
    assert found.seen.startswith("one:1,two:2 cannot be reached")
