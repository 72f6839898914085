"""The indexer: reads the journal for words, so that messages can be searched without their writers waiting for it.

One process at a time, by a lease; where it stopped is a row. What it writes twice is the same.
"""

from __future__ import annotations

from valvomo.db import inspections
from valvomo.db.database import Database
from valvomo.jobs.rounds import Rounds

BATCH = 1_000
"""Facts of one transaction."""
LEASE = "indexer"
LEASE_SECONDS = 15.0


class Indexer(Rounds):
    """One for a process; `holder` is the process's name in the lease."""

    every = 1.0

    def __init__(self, database: Database, holder: str) -> None:
        super().__init__()
        self._database = database
        self._holder = holder

    async def round(self) -> float | None:
        """Read on in every organization, a piece each; again at once where there is more."""
        async with self._database.transaction() as tx:
            if not await inspections.lease(tx, LEASE, self._holder, LEASE_SECONDS):
                return None
            behind = await tx.rows("search.behind")
        more = False
        for row in behind:
            until = min(row["head"], row["position"] + BATCH)
            more = more or until < row["head"]
            await self._read(row["organization_id"], row["position"], until)
        return 0.0 if more else None

    async def _read(self, organization_id: str, position: int, until: int) -> None:
        async with self._database.transaction() as tx:
            await tx.run("search.add_public", organization_id, position, until)
            await tx.run("search.add_internal", organization_id, position, until)
            await tx.run("search.read_to", organization_id, until)
