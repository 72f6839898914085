"""What a process that stands still in the middle of a transaction has locked is free again, wherever it stands."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from valvomo.db.database import LIMITS, Database, Limits
from valvomo.db.statements import read_statements
from valvomo.db.transaction import Transaction

SQL = """
-- name: create
-- A table with two rows.
CREATE TABLE things AS SELECT id FROM generate_series(1, 2) id;

-- name: lock
-- One thing, held until the end.
SELECT id FROM things WHERE id = $1 FOR UPDATE;

-- name: nothing
-- A word.
SELECT true;

-- name: limit
-- What the server keeps to, in milliseconds.
SELECT setting::int FROM pg_settings WHERE name = $1;
"""
FAR = 60.0
LOST = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)

Still = Callable[[Database, Transaction], Awaitable[None]]


async def between_two_statements(_database: Database, _held: Transaction) -> None:
    """Nothing more is said."""


async def in_the_middle_of_a_statement(_database: Database, held: Transaction) -> None:
    """The beginning of one has been sent, and not that it is to be answered."""
    connection: Any = held._connection
    text = b"\0SELECT 1\0\0\0"
    connection._con._transport.write(b"P" + (4 + len(text)).to_bytes(4, "big") + text)


async def opened(url: str, folder: Path, limits: Limits) -> Database:
    (folder / "things.sql").write_text(SQL)
    return await Database.open(url, pool_size=4, known=read_statements(folder), limits=limits)


@pytest.fixture
async def others(empty_database_url: str, tmp_path: Path) -> AsyncIterator[Database]:
    """Those of a process that is well, and waits for as long as it takes."""
    database = await opened(empty_database_url, tmp_path, Limits(FAR, FAR, FAR, FAR))
    async with database.transaction() as tx:
        await tx.run("things.create")
    yield database
    await database.close()


async def freed(others: Database, still: Database, how: Still) -> None:
    """Others get what the process that stands still holds, and it finds that it has nothing any more."""
    with pytest.raises(LOST):  # noqa: PT012 - it is found at one of them
        async with still.transaction() as held:
            await held.run("things.lock", 1)
            await how(still, held)
            async with others.transaction() as tx:
                await tx.run("things.lock", 1)
            await held.value("things.nothing")


async def test_between_two_statements_it_is_not_waited_for(others: Database, tmp_path: Path) -> None:
    still = await opened(others.url, tmp_path, Limits(FAR, FAR, 0.2, FAR))
    await freed(others, still, between_two_statements)
    await still.close()


@pytest.mark.parametrize("how", [between_two_statements, in_the_middle_of_a_statement])
async def test_no_transaction_outlasts_its_whole_time(others: Database, tmp_path: Path, how: Still) -> None:
    await knows_whole(others)
    still = await opened(others.url, tmp_path, Limits(FAR, FAR, FAR, 0.2))
    await freed(others, still, how)
    await still.close()


async def test_one_that_waited_for_another_of_the_same_process_is_not_waited_for_anew(
    others: Database, tmp_path: Path
) -> None:
    """Its time began with it, and not when it got what it waited for."""
    await knows_whole(others)
    still = await opened(others.url, tmp_path, Limits(FAR, FAR, 0.3, 0.4))
    waiting = asyncio.Event()

    async def next_in_line() -> None:
        with contextlib.suppress(*LOST):
            async with still.transaction() as tx:
                waiting.set()
                await tx.run("things.lock", 1)
                await asyncio.Event().wait()

    async with asyncio.TaskGroup() as group:
        second = group.create_task(next_in_line())
        await waiting.wait()
        await freed(others, still, between_two_statements)
        second.cancel()
    await still.close()


async def test_a_reader_has_more_time(others: Database, tmp_path: Path) -> None:
    still = await opened(others.url, tmp_path, Limits(0.2, 0.2, 0.2, 0.2))
    async with still.reading() as tx:
        assert await tx.value("things.limit", "statement_timeout") == 30_000
        assert await tx.value("things.limit", "idle_in_transaction_session_timeout") == 60_000
        assert await tx.value("things.limit", "transaction_timeout") in (0, None)
    await still.close()


async def test_who_waits_has_it_before_they_give_up(database: Database) -> None:
    assert LIMITS.idle < LIMITS.lock < LIMITS.statement < LIMITS.whole
    names = {"idle_in_transaction_session_timeout": LIMITS.idle, "lock_timeout": LIMITS.lock,
             "statement_timeout": LIMITS.statement, "transaction_timeout": LIMITS.whole}  # fmt: skip
    async with database._pool.acquire() as link:
        for name, seconds in names.items():
            kept = await link.fetchval("SELECT setting FROM pg_settings WHERE name = $1", name)
            assert kept in (str(round(1000 * seconds)), None if name == "transaction_timeout" else "")


async def knows_whole(database: Database) -> None:
    async with database.asking() as tx:
        if await tx.value("things.limit", "transaction_timeout") is None:
            pytest.skip("this PostgreSQL cannot bound a whole transaction")


@pytest.mark.parametrize("word", ["BEGIN", "ROLLBACK"])
async def test_who_is_cancelled_in_the_middle_leaves_no_half_transaction(
    others: Database, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: said.append(context["message"]))
    execute = asyncpg.Connection.execute

    async def interrupted(connection: Any, query: str, *args: Any) -> Any:
        task = asyncio.current_task()
        if query.startswith(word) and task is not None and task.get_name() == "reader":
            task.cancel()
        return await execute(connection, query, *args)

    async def read() -> None:
        async with others.reading() as tx:
            await tx.value("things.nothing")

    with monkeypatch.context() as patched:
        patched.setattr(asyncpg.Connection, "execute", interrupted)
        reader = asyncio.get_running_loop().create_task(read(), name="reader")
        await asyncio.wait([reader])
    assert reader.cancelled()
    await read()
    assert said == []
