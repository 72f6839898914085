"""Bookkeeping: keeps the entries of figures up with the journal, in any process, a batch in a transaction.

What has been counted is written once: the organization's head of figures is locked while a batch is counted. So a
job may do it in the background and a question about the past just before it is answered.
"""

from __future__ import annotations

from valvomo.db import figures
from valvomo.db.database import Database
from valvomo.db.figures import BATCH, Memory

MOST_BATCHES = 5
"""So many are counted before a question is answered; it says how far that went, and the job counts on."""


class Bookkeeper:
    """One for a process. `counted` is how many facts it has counted."""

    def __init__(self, database: Database) -> None:
        self.counted = 0
        self._database = database
        self._memories: dict[str, Memory] = {}

    async def behind(self) -> list[str]:
        """Organizations in which something has happened that has not been counted."""
        async with self._database.asking() as tx:
            return [row["organization_id"] for row in await tx.rows("figures.behind")]

    async def keep(self, organization_id: str, *, batches: int = MOST_BATCHES) -> bool:
        """Count what has happened until now, in so many batches at most; whether that was all."""
        for _ in range(batches):
            if await self._batch(organization_id) < BATCH:
                return True
        return False

    async def _batch(self, organization_id: str) -> int:
        memory = self._memories.pop(organization_id, None) or Memory()
        async with self._database.transaction() as tx:
            number, _ = await figures.count(tx, organization_id, memory)
        # Kept only when it was written: a batch that was rolled back has to be counted from the facts again.
        self._memories[organization_id] = memory
        self.counted += number
        return number
