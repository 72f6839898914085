"""Leading outlives whatever becomes of its session. Who leads when: tests of the router."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from sample_patience import until

from valvomo.db.database import Database
from valvomo.db.leading import Leadership


async def test_a_session_that_ends_while_it_is_spoken_to(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver takes it for a mistake of its own; the process must not end for that."""
    asked = asyncpg.Connection.fetchval
    confused: list[str] = []

    async def fetchval(connection: Any, *query: Any) -> Any:
        if not confused:
            confused.append("once")
            raise asyncpg.InternalClientError(
                "cannot switch to state 12; another operation (2) is in progress"
            )
        return await asked(connection, *query)

    monkeypatch.setattr(asyncpg.Connection, "fetchval", fetchval)
    leadership = Leadership(database.url, "process")
    async with asyncio.TaskGroup() as group:
        leading = group.create_task(leadership.run())
        await until(leadership.leads)
        leading.cancel()
    assert confused
