"""The examiner: looks into files whose sender's process could not, and removes bytes that nobody speaks of any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from valvomo.commands.attachments.examining import Examination
from valvomo.commands.attachments.uploading import OURS_FOR
from valvomo.db import attachments
from valvomo.db.database import Database
from valvomo.files.port import Place, Storage, StorageError, Variant
from valvomo.jobs.rounds import Rounds

EVERY_SECONDS = 5.0
REMOVED_AFTER = timedelta(minutes=10)
"""Bytes stay so long after their row is gone: whoever was writing them at that moment has stopped."""
REMOVE_EVERY = timedelta(minutes=1)
AT_ONCE = 100

log = structlog.get_logger(__name__)


class Examiner(Rounds):
    """One for a process; any number of them share the work by leases."""

    every = EVERY_SECONDS

    def __init__(
        self, database: Database, examination: Examination, storage: Storage, clock: Callable[[], datetime]
    ) -> None:
        super().__init__()
        self._database = database
        self._examination = examination
        self._storage = storage
        self._clock = clock
        self._removed: datetime | None = None

    async def round(self) -> float | None:
        """Everything that is due; then what is to be removed, once in a while."""
        while await self._examine():
            pass
        now = self._clock()
        if self._removed is None or now - self._removed >= REMOVE_EVERY:
            await self.remove(now)
            self._removed = now
        return None

    async def _examine(self) -> bool:
        now = self._clock()
        async with self._database.transaction() as tx:
            leased = await attachments.lease(tx, now, now + OURS_FOR)
        if leased is not None:
            await self._examination.examine(*leased)
        return leased is not None

    async def remove(self, now: datetime) -> None:
        """Bytes of rows that are gone; what cannot be removed now is, the next time."""
        while True:
            async with self._database.reading() as tx:
                rows = await tx.rows("attachments.discarded", now - REMOVED_AFTER, AT_ONCE)
            try:
                for row in rows:
                    for variant in Variant:
                        await self._storage.remove(Place(row["organization_id"], row["id"], variant))
            except StorageError as error:
                log.warning("attachment.not_removed", error=str(error))
                return
            async with self._database.transaction() as tx:
                where = [row["organization_id"] for row in rows], [row["id"] for row in rows]
                await tx.run("attachments.discard", *where)
            if len(rows) < AT_ONCE:
                return
