"""The sign of life of a process that carries calls, given whatever its calls wait for meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from valvomo.db.database import Database
from valvomo.jobs.rounds import Rounds

FORGET_SECONDS = 60.0
"""Until a carrier that is not seen, and a signal that nobody has taken, are nothing any more."""


class Beating(Rounds):
    """One for a process that carries calls; `telephones.DEAD_SECONDS` without it and all its calls are over.

    `speaks`: whether customers on a telephone can be spoken to here now.
    """

    every = 1.0

    def __init__(
        self, database: Database, process_id: str, speaks: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__()
        self._speaks = speaks
        self._database = database
        self._process_id = process_id

    async def round(self) -> float | None:
        """Be seen, and forget what nobody waits for."""
        async with self._database.transaction() as tx:
            await tx.run("calls.beat", self._process_id, self._speaks())
            await tx.run("calls.forget", FORGET_SECONDS, FORGET_SECONDS)
        return None
