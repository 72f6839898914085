"""The doorbell: "there may be something new in this organization's journal".

It is a hint and may be lost: readers hold positions and look by themselves once a second. Within a process it
rings at once after the commit. Other processes hear it by NOTIFY, sent after the commit and at most once per
organization and batch, because NOTIFY inside the transactions would hold a global lock over every commit.

Most commits are nothing but messages, after which nobody's rights, offers or deadlines are others than before:
who only cares for those need not be woken by words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from valvomo.db.database import Database
from valvomo.db.ids import new_id

CHANNEL = "valvomo_journal"
_WORDS = "words"
_ANYTHING = "anything"

Listener = Callable[[str], None]


class Doorbell:
    """Rings listeners of this process at once, and those of others soon after."""

    def __init__(self, database: Database | None = None) -> None:
        self._database = database
        self._name = new_id()
        self._listeners: list[tuple[Listener, bool]] = []
        self._rung: dict[str, bool] = {}
        self._wake = asyncio.Event()

    def listen(self, listener: Listener, *, words: bool = True) -> None:
        """Call this with the organization's id whenever it rings; without `words`, not after mere messages."""
        self._listeners.append((listener, words))

    def ring(self, organization_id: str, *, words: bool = False) -> None:
        """Something was committed here; `words`: messages and nothing that followed from them."""
        self._tell(organization_id, words=words)
        self._rung[organization_id] = self._rung.get(organization_id, True) and words
        self._wake.set()

    def heard(self, payload: str) -> None:
        """A notification: something was committed somewhere, by us or others; empty when any may have been missed."""
        if not payload:
            self._tell("", words=False)
            return
        name, organization_id, what = payload.split(" ")
        if name != self._name:
            self._tell(organization_id, words=what == _WORDS)

    async def run(self) -> None:
        """Tell the other processes, until cancelled."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self.tell()

    async def tell(self) -> None:
        """Tell the other processes what rang since they were told last."""
        rung, self._rung = self._rung, {}
        if self._database is None or not rung:
            return
        payloads = [
            f"{self._name} {organization_id} {_WORDS if words else _ANYTHING}"
            for organization_id, words in sorted(rung.items())
        ]
        async with self._database.asking() as tx:
            await tx.run("journal.ring", CHANNEL, payloads)

    def _tell(self, organization_id: str, *, words: bool) -> None:
        for listener, wants_words in self._listeners:
            if wants_words or not words:
                listener(organization_id)
