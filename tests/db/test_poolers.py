"""A pooler in session mode may stand between us and PostgreSQL: nothing is asked of it that it does not know."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import pytest

from valvomo.db.database import Database, Limits, connect
from valvomo.db.leading import Leadership

POOLERS_KNOW = {"user", "database", "client_encoding", "application_name", "timezone"}
"""Of what a client may ask for as it connects; PgBouncer refuses everything else, or drops it when told to."""


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[str, list[set[str]]]]:
    """A server that hears what clients ask for as they connect, and hangs up; its address, and what it has heard."""
    heard: list[set[str]] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        (length,) = struct.unpack("!i", await reader.readexactly(4))
        words = (await reader.readexactly(length - 4))[4:].rstrip(b"\0").split(b"\0")
        heard.append({word.decode().lower() for word in words[::2]})
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://u:p@127.0.0.1:{port}/d?sslmode=disable", heard


async def lead_once(url: str) -> None:
    with suppress(Exception):
        await Leadership(url, "process")._session()


@pytest.mark.parametrize("way", [Database.open, connect, lead_once])
async def test_nothing_is_asked_for_that_poolers_refuse(way: Callable[[str], Awaitable[Any]]) -> None:
    async with listening() as (url, heard):
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await way(url)
    assert heard
    for asked in heard:
        assert "application_name" in asked
        assert asked <= POOLERS_KNOW


async def test_every_connection_has_its_limits_all_the_same(database_url: str) -> None:
    limits = Limits(statement=1.5, lock=1.25, idle=1.125, whole=3.0)
    database = await Database.open(database_url, pool_size=3, limits=limits)
    try:
        async with database._pool.acquire() as one, database._pool.acquire() as other:
            for link in (one, other):
                whole = link.get_server_version().major >= 17
                for name, value in limits.settings(whole=whole).items():
                    [row] = await link.fetch("SELECT setting || unit FROM pg_settings WHERE name = $1", name)
                    assert row[0] == value
    finally:
        await database.close()


@pytest.mark.parametrize("answer", [(1, "1400ms"), (None, "0")])
async def test_who_cannot_be_ended_in_silence_does_not_lead(
    database: Database, monkeypatch: pytest.MonkeyPatch, answer: tuple[int | None, str]
) -> None:
    """A frozen leader would go on holding the lock, or one that has another session each time share it."""
    asked: list[str] = []

    async def fetchrow(connection: Any, query: str, *_: Any) -> Any:
        asked.append(query)
        backend = await connection.fetchval("SELECT pg_backend_pid()")
        return (answer[0] or backend, answer[1])

    monkeypatch.setattr(asyncpg.Connection, "fetchrow", fetchrow)
    leadership = Leadership(database.url, "process")
    async with asyncio.TaskGroup() as group:
        striving = group.create_task(leadership.run())
        async with asyncio.timeout(90):
            while len(asked) < 2:  # noqa: ASYNC110 - it tries again by itself
                await asyncio.sleep(0.01)
        striving.cancel()
    assert not leadership.leads()
    async with asyncio.timeout(90):
        while await held(database):  # noqa: ASYNC110 - no event for it
            # The server lets go when it has noticed that the session is gone.
            await asyncio.sleep(0.01)


async def held(database: Database) -> bool:
    """Whether anybody has a lock of leading in this database."""
    async with database.reading() as tx:
        return bool(
            await tx._connection.fetchval(
                "SELECT count(*) FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
                " WHERE l.locktype = 'advisory' AND l.classid = 8301 AND d.datname = current_database()"
            )
        )


async def test_it_leads_as_a_session_that_ends_in_silence(database: Database) -> None:
    leadership = Leadership(database.url, "process")
    gained = asyncio.Event()
    leadership.gained = gained.set
    async with asyncio.TaskGroup() as group:
        striving = group.create_task(leadership.run())
        async with asyncio.timeout(90):
            await gained.wait()
        assert leadership.leads()
        striving.cancel()
