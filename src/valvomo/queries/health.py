"""Whether the database answers."""

from __future__ import annotations

import asyncio

from valvomo.db.lost import LOST, is_away
from valvomo.queries.reading import Reader

PATIENCE_SECONDS = 3.0
UNREACHED = LOST
"""What asking a database that is not there ends in."""


def is_unreached(error: Exception) -> bool:
    """Whether nothing is wrong but that the database cannot be asked."""
    return is_away(error)


async def answers(reader: Reader) -> bool:
    """Whether a question is answered in time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), reader.reading() as tx:
            return bool(await tx.value("lists.alive"))
    except UNREACHED:
        return False
