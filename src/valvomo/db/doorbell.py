"""The doorbell: "there may be something new in this organization's journal".

It is a hint and may be lost: readers hold positions and look by themselves once a second. Within a process it
rings at once after the commit. Other processes hear it by NOTIFY, sent after the commit and at most once per
organization and batch, because NOTIFY inside the transactions would hold a global lock over every commit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from valvomo.db.database import Database

CHANNEL = "valvomo_journal"

Listener = Callable[[str], None]


class Doorbell:
    """Rings listeners of this process at once, and those of others soon after."""

    def __init__(self, database: Database | None = None) -> None:
        self._database = database
        self._listeners: list[Listener] = []
        self._rung: set[str] = set()
        self._wake = asyncio.Event()

    def listen(self, listener: Listener) -> None:
        """Call this with the organization's id whenever it rings."""
        self._listeners.append(listener)

    def ring(self, organization_id: str) -> None:
        """Something was committed here."""
        self.heard(organization_id)
        self._rung.add(organization_id)
        self._wake.set()

    def heard(self, organization_id: str) -> None:
        """Something was committed somewhere."""
        for listener in self._listeners:
            listener(organization_id)

    async def run(self) -> None:
        """Tell the other processes, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            rung, self._rung = self._rung, set()
            if self._database is None:
                continue
            async with self._database.transaction() as tx:
                for organization_id in sorted(rung):
                    await tx.value("journal.notify", CHANNEL, organization_id)
