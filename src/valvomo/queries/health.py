"""Whether the database answers."""

from __future__ import annotations

import asyncio

import asyncpg

from valvomo.queries.reading import Reader

PATIENCE_SECONDS = 3.0
UNREACHED = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What asking a database that is not there ends in."""


async def answers(reader: Reader) -> bool:
    """Whether a question is answered in time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), reader.reading() as tx:
            return bool(await tx.value("lists.alive"))
    except UNREACHED:
        return False
