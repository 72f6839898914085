"""What houses want of what is said to them, as it was a moment ago."""

from __future__ import annotations

import time

from valvomo.db import insight
from valvomo.db.database import Database
from valvomo.db.insight import Wanted

SETTINGS_SECONDS = 1.0


class Wanting:
    """Asked for every message and utterance, and of the database once in `SETTINGS_SECONDS`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Wanted]] = {}

    async def of(self, organization_id: str) -> Wanted:
        """What this house wants."""
        known = self._known.get(organization_id)
        if known is None or time.monotonic() - known[0] > SETTINGS_SECONDS:
            async with self._database.asking() as tx:
                known = time.monotonic(), await insight.wanted(tx, organization_id)
            self._known[organization_id] = known
        return known[1]
