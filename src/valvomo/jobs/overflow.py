"""Overflow of those who wait already: their queue closes, or they have waited for too long.

Whoever comes into a queue is looked at in the transaction that brings them there; here the clock is what matters,
so that a look every second is enough, or fewer where very many wait.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby

import asyncpg
import structlog

from valvomo.commands.conversations.overflow_while_waiting import ApplyOverflow
from valvomo.commands.execute import Executor
from valvomo.db import routing_places
from valvomo.db.database import Database
from valvomo.db.routing_places import Stay
from valvomo.domain.access.actor import system
from valvomo.domain.routing.overflow import BY_THE_CLOCK, Place, Waiter, overflow
from valvomo.jobs.rounds import Rounds

SHARE = 20
"""Looking may take this part of the time."""
LONGEST_WITHOUT = 10.0
"""Seconds after which is looked however long that takes."""

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
        found = await self._found()
        self.every = max(1.0, min(LONGEST_WITHOUT, SHARE * (time.monotonic() - began)))
        for organization_id, conversation_id in found:
            await self._apply(organization_id, conversation_id)
        return None

    async def _apply(self, organization_id: str, conversation_id: str) -> None:
        command = ApplyOverflow(conversation_id=conversation_id)
        try:
            await self._executor.execute(system(organization_id, "overflow"), command)
        except asyncpg.PostgresError:
            # The next round tries it again; everybody behind it has their turn now.
            log.exception("overflow.failed", conversation=conversation_id)

    async def _found(self) -> list[tuple[str, str]]:
        now = self._clock()
        found: list[tuple[str, str]] = []
        async with self._database.reading() as tx:
            stays = await routing_places.stays(tx)
            for organization_id, ours in groupby(stays, key=lambda one: one.organization_id):
                try:
                    places = await routing_places.places(tx, organization_id, now)
                except (ValueError, KeyError):
                    # What is wrong in one organization must not keep the others from being served.
                    log.exception("overflow.unreadable", organization=organization_id)
                    continue
                found += [
                    (organization_id, one.conversation_id) for one in ours if _applies(one, places, now)
                ]
        return found


def _applies(stay: Stay, places: Mapping[str, Place], now: datetime) -> bool:
    waiter = Waiter(since=stay.since, applied=stay.applied, served=stay.served)
    return overflow(places[stay.queue_id], waiter, places, now, triggers=BY_THE_CLOCK) is not None
