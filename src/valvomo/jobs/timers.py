"""Durable timers: what is due is fired, by whichever process gets there first, once (spec 1 §2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from valvomo.commands.conversations.fire_timers import FireTimers
from valvomo.commands.execute import Done, Executor
from valvomo.db import conversations
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import system
from valvomo.jobs.rounds import Rounds

BATCH = 100
BACK_OFF = timedelta(seconds=5)
"""A timer that changed nothing when it was fired is not tried again sooner: it may wait for somebody's lock."""

log = structlog.get_logger(__name__)


class Timers(Rounds):
    """One for a process; several processes share the work."""

    def __init__(
        self, database: Database, executor: Executor, bell: Doorbell, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(bell)
        self._database = database
        self._executor = executor
        self._clock = clock
        self._idle: dict[tuple[str, str], datetime] = {}

    async def round(self) -> float | None:
        """Fire what is due; then sleep until the next is."""
        now = self._clock()
        self._idle = {key: until for key, until in self._idle.items() if until > now}
        async with self._database.asking() as tx:
            due = await conversations.due(tx, now, BATCH + len(self._idle))
        for key in due:
            if key not in self._idle:
                self._idle[key] = now + BACK_OFF
                await self._fire(key)
        if len(due) > len(self._idle) and len(due) >= BATCH:
            return 0.0
        return await self._until_next(now)

    async def _fire(self, key: tuple[str, str]) -> None:
        """Until it has changed something, the conversation counts as tried."""
        organization_id, conversation_id = key
        command = FireTimers(conversation_id=conversation_id)
        outcome = await self._executor.execute(system(organization_id, "timer"), command)
        if isinstance(outcome, Done) and outcome.position is not None:
            del self._idle[key]
        else:
            log.info("timers.idle", conversation=conversation_id, outcome=repr(outcome))

    async def _until_next(self, now: datetime) -> float | None:
        async with self._database.asking() as tx:
            due: datetime | None = await tx.value("conversations.next_due")
        return None if due is None or due <= now else (due - now).total_seconds()
