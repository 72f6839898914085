"""The signal `letters`: of which webhooks and bots the log of letters is other than before, for administrators.

Letters are no facts, so there is nothing to fold: while somebody watches, a room looks at what the logs begin with.
"""

from __future__ import annotations

import asyncio
import time

import structlog

from valvomo.db import outbox
from valvomo.db.database import Database
from valvomo.db.lost import LOST
from valvomo.live.signals import LETTERS, Signals

LOOK_SECONDS = 1.0
SHARE = 10
"""Looking never takes more than so small a part of the time."""

log = structlog.get_logger(__name__)


class Letters:
    """Of one organization."""

    def __init__(self, signals: Signals, database: Database, organization_id: str) -> None:
        self._signals = signals
        self._database = database
        self._organization_id = organization_id
        self._marks: dict[str, str] | None = None

    async def run(self) -> None:
        """Look for news while somebody watches, until cancelled."""
        while True:
            began = time.monotonic()
            try:
                await self.look()
            except LOST as error:
                log.warning("letters.look", organization=self._organization_id, error=repr(error))
            except Exception:
                # What is said of letters is read by nothing else: it must not take the floor with it.
                log.exception("letters.look", organization=self._organization_id)
            await asyncio.sleep(max(LOOK_SECONDS, SHARE * (time.monotonic() - began)))

    async def look(self) -> None:
        """Tell of what is other than at the last look; of everything where there was none before the first reader."""
        if not self._signals.topics[LETTERS]:
            self._marks = None
            return
        async with self._database.asking() as tx:
            marks = await outbox.marks(tx, self._organization_id)
        before, self._marks = self._marks, marks
        if before != marks:
            known = before or {}
            self._signals.posted(one for one, mark in marks.items() if known.get(one) != mark)
