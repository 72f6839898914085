"""The pool: what goes in and out, what is undone, and what survives."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest

from valvomo.db.database import Database
from valvomo.db.embedded import EmbeddedPostgres
from valvomo.db.listening import listen
from valvomo.db.statements import read_statements
from valvomo.db.transaction import UnknownStatementError

SQL = """
-- name: create
-- A table.
CREATE TABLE things (id int PRIMARY KEY, body jsonb, at timestamptz DEFAULT '2026-01-01T12:00:00+02:00');

-- name: add
-- One thing.
INSERT INTO things (id, body) VALUES ($1, $2);

-- name: add_all
-- Several things from two arrays.
INSERT INTO things (id, body) SELECT * FROM unnest($1::int[], $2::jsonb[]);

-- name: all
-- Everything.
SELECT id, body, at FROM things ORDER BY id;

-- name: count
-- How many.
SELECT count(*) FROM things;

-- name: notify
-- Ring.
SELECT pg_notify($1, $2);

-- name: cut
-- End every other session of this database.
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
"""


@pytest.fixture
def sql(tmp_path: Path) -> Path:
    (tmp_path / "things.sql").write_text(SQL)
    return tmp_path


@pytest.fixture
async def things(empty_database_url: str, sql: Path) -> AsyncIterator[Database]:
    database = await Database.open(empty_database_url, pool_size=3, known=read_statements(sql))
    async with database.transaction() as tx:
        await tx.run("things.create")
    yield database
    await database.close()


@pytest.mark.parametrize("body", [{"a": [1, None, "ö"]}, [1, 2], "text", 3.5, True, None])
async def test_jsonb_goes_in_and_comes_out_as_objects(things: Database, body: object) -> None:
    async with things.transaction() as tx:
        assert await tx.run("things.add", 1, body) == "INSERT 0 1"
        row = await tx.row("things.all")
    assert row is not None
    assert row["body"] == body
    assert row["at"] == datetime(2026, 1, 1, 10, tzinfo=UTC)


async def test_arrays_of_jsonb_and_many(things: Database) -> None:
    async with things.transaction() as tx:
        await tx.run("things.add_all", [1, 2], [{"n": 1}, "two"])
        await tx.many("things.add", [(3, {}), (4, [])])
        assert [row["body"] for row in await tx.rows("things.all")] == [{"n": 1}, "two", {}, []]
        assert await tx.value("things.count") == 4


async def test_an_exception_rolls_back(things: Database) -> None:
    with pytest.raises(asyncpg.UniqueViolationError) as caught:
        async with things.transaction() as tx:
            await tx.many("things.add", [(1, {}), (1, {})])
    assert caught.value.constraint_name == "things_pkey"
    async with things.reading() as tx:
        assert await tx.value("things.count") == 0


async def test_reading_sees_one_moment_and_cannot_write(things: Database) -> None:
    async with things.reading() as reading:
        assert await reading.value("things.count") == 0
        async with things.transaction() as tx:
            await tx.run("things.add", 1, {})
        assert await reading.value("things.count") == 0
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await reading.run("things.add", 2, {})


async def test_a_statement_by_itself_is_done_at_once_and_sees_what_is_there_then(things: Database) -> None:
    async with things.asking() as asking:
        assert await asking.value("things.count") == 0
        assert await asking.run("things.add", 1, {}) == "INSERT 0 1"
        async with things.transaction() as tx:
            await tx.run("things.add", 2, {})
        assert await asking.value("things.count") == 2


async def test_an_unknown_name_is_a_bug(things: Database) -> None:
    async with things.reading() as tx:
        with pytest.raises(UnknownStatementError, match=r"things\.nothing"):
            await tx.rows("things.nothing")


async def test_a_lost_connection_is_seen_and_then_replaced(things: Database) -> None:
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):  # noqa: PT012 - the block too
        async with things.transaction() as lost:
            async with things.transaction() as tx:
                await tx.run("things.cut")
            await lost.value("things.count")
    async with things.reading() as tx:
        assert await tx.value("things.count") == 0


async def test_listening_rings_and_reconnects(things: Database) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        listener = group.create_task(listen(things.url, ["bell"], lambda _, what: heard.put_nowait(what)))
        assert await heard.get() == ""
        async with things.transaction() as tx:
            await tx.run("things.notify", "bell", "one")
            assert heard.empty()
        assert await heard.get() == "one"
        async with things.transaction() as tx:
            await tx.run("things.cut")
        assert await heard.get() == ""
        async with things.transaction() as tx:
            await tx.run("things.notify", "bell", "two")
        assert await heard.get() == "two"
        listener.cancel()


async def answers(database: Database) -> bool:
    try:
        async with database.transaction() as tx:
            return bool(await tx.value("things.count") == 0)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


@pytest.mark.slow  # a server of its own, killed once
async def test_the_pool_survives_a_restart_of_the_server(
    tmp_path: Path, sql: Path, binaries: Path | None
) -> None:
    async with EmbeddedPostgres(tmp_path / "home", binaries=binaries) as server:
        database = await Database.open(server.url, pool_size=2, known=read_statements(sql))
        async with database.transaction() as tx:
            await tx.run("things.create")
        before = server.pid
        assert before is not None
        os.kill(before, signal.SIGKILL)
        async with asyncio.timeout(90):
            while server.pid in {None, before} or not await answers(database):  # noqa: ASYNC110 - a process
                await asyncio.sleep(0.05)
        assert server.pid != before
        await database.close()
