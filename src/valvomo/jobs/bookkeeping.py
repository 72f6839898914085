"""Bookkeeping in the background, so that a question about the past finds everything counted."""

from __future__ import annotations

from valvomo.commands.bookkeeping import Bookkeeper
from valvomo.db.leading import Leadership
from valvomo.jobs.rounds import Rounds


class Bookkeeping(Rounds):
    """One for a process; of several the one that leads counts, since whoever counts remembers what goes on."""

    every = 2.0
    gather = 0.5

    def __init__(self, bookkeeper: Bookkeeper, leadership: Leadership | None = None) -> None:
        super().__init__()
        self._bookkeeper = bookkeeper
        self._leadership = leadership

    async def round(self) -> float | None:
        """Every organization that is behind, a few batches of each in turn."""
        if self._leadership is not None and not self._leadership.leads():
            return None
        more = await self.in_each(await self._bookkeeper.behind(), self._keep)
        return 0.0 if more else None

    async def _keep(self, organization_id: str) -> bool:
        return not await self._bookkeeper.keep(organization_id)
