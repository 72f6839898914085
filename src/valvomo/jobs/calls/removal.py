"""Removal of what was kept of calls once its days are over: the words at once, the sound when its storage lets go.

The two do not wait for each other: words lie in the database, and sound in a storage that may be away for long.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import structlog

from valvomo.db import recordings
from valvomo.db.database import Database
from valvomo.db.recordings import Key
from valvomo.files.port import Place, StorageError
from valvomo.files.sealed import SealedFiles

AT_A_TIME = 100
FAILURES = 5
"""Of a storage in one round: it may be away, and each may take long. The next round goes on with what follows."""
BEGINNING = (datetime.min.replace(tzinfo=UTC), "", "")

log = structlog.get_logger(__name__)


class Removal:
    """One for a process that keeps recordings."""

    def __init__(self, database: Database, files: SealedFiles, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._files = files
        self._clock = clock
        self._after = BEGINNING

    async def round(self) -> None:
        """Empty all words whose days are over, and remove some of the sound, going on where it stopped last."""
        await self._words()
        await self._sound()

    async def _words(self) -> None:
        while True:
            async with self._database.asking() as tx:
                due = await tx.rows("recordings.spoken", self._clock(), AT_A_TIME)
            for row in due:
                async with self._database.transaction() as tx:
                    await recordings.remove(tx, (row["organization_id"], row["id"]), sound=False)
            if len(due) < AT_A_TIME:
                return

    async def _sound(self) -> None:
        async with self._database.asking() as tx:
            due = await tx.rows("recordings.due", self._clock(), *self._after, AT_A_TIME)
        self._after, failures = BEGINNING, 0
        for number, row in enumerate(due, 1):
            failures += not await self._removed((row["organization_id"], row["id"]))
            if failures == FAILURES or number == AT_A_TIME:
                self._after = row["keep_until"], row["organization_id"], row["id"]
                return

    async def _removed(self, key: Key) -> bool:
        async with self._database.transaction() as tx:
            # Whoever adds to it at the moment is waited for; later nobody does.
            await tx.run("recordings.lock", *key)
            tracks = (await recordings.tracks(tx, key[0], [key[1]]))[key[1]]
        try:
            for one in tracks:
                await self._files.remove(Place(key[0], one.id))
        except StorageError as error:
            log.warning("calls.recording_not_removed", recording=key[1], error=repr(error))
            return False
        async with self._database.transaction() as tx:
            await recordings.remove(tx, key, sound=True)
        return True
