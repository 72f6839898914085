"""Overflow of those who wait already: their queue closes, or they have waited for too long.

Whoever comes into a queue is looked at in the transaction that brings them there; here the clock is what matters,
so that a look every second is enough, or fewer where very many wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from itertools import groupby

import structlog

from valvomo.commands.conversations.overflow_while_waiting import ApplyOverflow
from valvomo.commands.execute import Executor
from valvomo.db import routing_places
from valvomo.db.database import Database
from valvomo.domain.access.actor import system
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.overflow import BY_THE_CLOCK, Waiter, overflow
from valvomo.jobs.rounds import Rounds

SHARE = 20
"""Looking may take this part of the time."""

log = structlog.get_logger(__name__)


class Overflow(Rounds):
    """One for a process; several do no harm, because each conversation is judged again under its lock."""

    def __init__(self, database: Database, executor: Executor, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database = database
        self._executor = executor
        self._clock = clock

    async def round(self) -> float | None:
        """Apply what applies to everybody who waits in a queue that has rules."""
        began = time.monotonic()
        for organization_id, conversation_id in await self._found():
            outcome = await self._executor.execute(
                system(organization_id, "overflow"), ApplyOverflow(conversation_id=conversation_id)
            )
            if isinstance(outcome, Refusal):
                log.debug("overflow.refused", conversation=conversation_id, reason=outcome.reason.value)
        self.every = max(1.0, SHARE * (time.monotonic() - began))
        return None

    async def _found(self) -> list[tuple[str, str]]:
        now = self._clock()
        found: list[tuple[str, str]] = []
        async with self._database.reading() as tx:
            stays = await routing_places.stays(tx)
            for organization_id, ours in groupby(stays, key=lambda one: one.organization_id):
                places = await routing_places.places(tx, organization_id, now)
                for one in ours:
                    waiter = Waiter(since=one.since, applied=one.applied)
                    if overflow(places[one.queue_id], waiter, places, now, triggers=BY_THE_CLOCK):
                        found.append((organization_id, one.conversation_id))
        return found
