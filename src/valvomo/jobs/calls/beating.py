"""The sign of life of a process that carries calls, given whatever its calls wait for meanwhile."""

from __future__ import annotations

from valvomo.db.database import Database
from valvomo.jobs.rounds import Rounds

FORGET_SECONDS = 60.0
"""Until a carrier that is not seen, and a signal that nobody has taken, are nothing any more."""


class Beating(Rounds):
    """One for a process that carries calls; `telephones.DEAD_SECONDS` without it and all its calls are over."""

    every = 1.0

    def __init__(self, database: Database, process_id: str) -> None:
        super().__init__()
        self._database = database
        self._process_id = process_id

    async def round(self) -> float | None:
        """Be seen, and forget what nobody waits for."""
        async with self._database.transaction() as tx:
            await tx.run("calls.beat", self._process_id)
            await tx.run("calls.forget", FORGET_SECONDS, FORGET_SECONDS)
        return None
