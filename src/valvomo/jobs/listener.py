"""The listener: hears customers ask for a supervisor, and notes once in a while what handle time is usual.

It reads the journal with a position that is kept, so that nothing is missed across a restart; what it does about a
message it does under a key of that message, so that nothing is done twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from valvomo.commands.conversations.ask import NoteAsked
from valvomo.commands.execute import Executor
from valvomo.commands.settings.usual_handle import NoteUsualHandle
from valvomo.db import house
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import system
from valvomo.domain.attention.phrases import asks_for_supervisor, spoken
from valvomo.jobs.rounds import Rounds

READER = "listener"
STRETCH = 2_000
"""Facts that are read at a time."""
HANDLE_EVERY = 600.0
"""Seconds between two looks at handle times."""

log = structlog.get_logger(__name__)


class Listener(Rounds):
    """One for a process; `leads` says whether this process is the one that listens."""

    gather = 0.25
    words = True
    rest = 5.0

    def __init__(
        self,
        database: Database,
        executor: Executor,
        bell: Doorbell,
        *,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(bell)
        self._database = database
        self._executor = executor
        self._leads = leads
        self._handled_at: dict[str, float] = {}

    async def round(self) -> float | None:
        """Everything that was said since, in every organization."""
        if not self._leads():
            self._handled_at.clear()
            return None
        async with self._database.transaction() as tx:
            behind = {row["organization_id"]: row for row in await tx.rows("attention.behind", READER)}

        async def listen(one: str) -> bool:
            # What cannot be heard is no reason not to look at handle times.
            try:
                await self._listen(one, behind[one]["position"], behind[one]["head"])
            finally:
                await self._look(one)
            return False

        await self.in_each(behind, listen)
        return None

    async def _listen(self, organization_id: str, position: int, head: int) -> None:
        async with self._database.asking() as tx:
            phrases = spoken((await house.attention(tx, organization_id)).phrases)
        while position < head:
            until = min(head, position + STRETCH)
            async with self._database.asking() as tx:
                said = await tx.rows("attention.said_by_customers", organization_id, position, until)
            for one in said:
                if asks_for_supervisor(one["text"], phrases):
                    command = NoteAsked(conversation_id=one["conversation_id"])
                    key = f"{READER}:{one['position']}"
                    await self._executor.execute(system(organization_id, READER), command, key)
            async with self._database.transaction() as tx:
                await tx.run("attention.read_until", organization_id, READER, until)
            position = until

    async def _look(self, organization_id: str) -> None:
        now = time.monotonic()
        if now - self._handled_at.get(organization_id, -HANDLE_EVERY) >= HANDLE_EVERY:
            self._handled_at[organization_id] = now
            await self._executor.execute(system(organization_id, READER), NoteUsualHandle())
