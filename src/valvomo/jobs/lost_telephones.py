"""Telephones that nobody has any more, because the process that had them is gone: their calls are over."""

from __future__ import annotations

import time

from valvomo.commands.conversations.telephone import LoseTelephone
from valvomo.commands.execute import Executor
from valvomo.db import telephones
from valvomo.db.telephones import DEAD_SECONDS, Lost
from valvomo.domain.access.actor import system
from valvomo.jobs.rounds import Rounds

OWN_BEATS = 2
"""Rounds in a row that have come to the database before anybody is judged. When that was away, or this machine stood
still, nobody could say that they live."""


class LostTelephones(Rounds):
    """One for a process, whether that carries calls or not; what several of them find is done once."""

    every = 2.0

    def __init__(self, executor: Executor) -> None:
        super().__init__()
        self._executor = executor
        self._beats = 0
        self._beat_at = 0.0

    async def round(self) -> float | None:
        """Let their conversations know, and forget them only then."""
        beats, self._beats = self._beats, 0
        async with self._executor.database.asking() as tx:
            found = await telephones.lost(tx)
        now = time.monotonic()
        beats = beats if now - self._beat_at < DEAD_SECONDS else 0
        self._beats, self._beat_at = beats + 1, now
        if beats < OWN_BEATS:
            return None
        rows = {f"{one.organization_id} {one.call_id}": one for one in found}
        await self.in_each(rows, lambda key: self._lose(rows[key]), of="call")
        return None

    async def _lose(self, one: Lost) -> bool:
        lost = LoseTelephone(conversation_id=one.conversation_id, call_id=one.call_id, why="failed")
        await self._executor.execute(system(one.organization_id, "calls"), lost)
        async with self._executor.database.transaction() as tx:
            await tx.run("telephones.over", one.organization_id, one.call_id)
        return False
