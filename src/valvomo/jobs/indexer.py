"""The indexer: reads the journal for words, so that messages can be searched without their writers waiting for it.

One process at a time, by a lease; where it stopped is a row. What it writes twice is the same. A transaction has an end
that does not depend on how long conversations are: so many facts, or so many messages whose language is another now.
What was too much at once is tried with fewer.
"""

from __future__ import annotations

from valvomo.db import inspections
from valvomo.db.database import Database
from valvomo.db.transaction import Transaction
from valvomo.jobs.rounds import Rounds

BATCH = 1_000
"""Facts of one transaction, and messages whose words are made anew in one."""
LEASE = "indexer"
LEASE_SECONDS = 15.0


class Indexer(Rounds):
    """One for a process; `holder` is the process's name in the lease."""

    every = 1.0

    def __init__(self, database: Database, holder: str) -> None:
        super().__init__()
        self._database = database
        self._holder = holder
        self._sizes: dict[str, int] = {}

    async def round(self) -> float | None:
        """Read on in every organization, a piece each; again at once where there is more."""
        async with self._database.transaction() as tx:
            if not await inspections.lease(tx, LEASE, self._holder, LEASE_SECONDS):
                return None
            behind = {row["organization_id"]: row for row in await tx.rows("search.behind")}

        async def read_on(one: str) -> bool:
            return await self._read_on(one, behind[one]["position"], behind[one]["head"])

        return 0.0 if await self.in_each(behind, read_on) else None

    async def _read_on(self, organization_id: str, position: int, head: int) -> bool:
        """A piece of one organization; whether there is more."""
        size = min(self._sizes.get(organization_id, BATCH), BATCH)
        # Should it fail, the next try is smaller; it grows again with every one that does not.
        self._sizes[organization_id] = max(1, size // 2)
        until = min(head, position + size)
        async with self._database.transaction() as tx:
            if until > position:
                await tx.run("search.add_public", organization_id, position, until)
                await tx.run("search.add_internal", organization_id, position, until)
                await tx.run("search.put_again", organization_id, position, until)
                await tx.run("search.read_to", organization_id, until)
        async with self._database.transaction() as tx:
            more = await _renew(tx, organization_id, size)
        self._sizes[organization_id] = min(BATCH, 2 * size)
        return more or until < head


async def _renew(tx: Transaction, organization_id: str, size: int) -> bool:
    """Make words of so many messages anew, of conversations whose language is another now; whether there is more."""
    for row in await tx.rows("search.again", organization_id, size + 1):
        if size <= 0:
            return True
        conversation, seq = row["conversation_id"], row["seq"]
        until = min(row["last"], seq + size)
        await tx.run("search.renew_public", organization_id, conversation, seq, until, row["language"])
        await tx.run("search.renew_internal", organization_id, conversation, seq, until, row["language"])
        if until < row["last"]:
            await tx.run("search.renewed_to", organization_id, conversation, until)
            return True
        await tx.run("search.renewed", organization_id, conversation)
        size -= max(1, until - seq)
    return False
