"""Retention: what was written in closed conversations goes once its days are over.

One process at a time, by a lease, some conversations in a round and a rest after each. Each goes in a transaction of
its own that judges it anew: one that is killed has erased it or has not, and two that lead at once erase it once. What
is kept of the past loses its words first: so a conversation that says that it is erased is erased there too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from valvomo.commands.contacts.forget import ForgetCustomer
from valvomo.commands.conversations.erase_written import EraseWritten
from valvomo.commands.execute import Done, Executor
from valvomo.db import erasing, forgetting, inspections
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.forgotten import without_customer
from valvomo.domain.retention.rule import closed_before
from valvomo.jobs.rounds import Rounds
from valvomo.live.replay import forgetting as past

LEASE = "retention"
LEASE_SECONDS = 60.0
AT_A_TIME = 50
"""Conversations of a house between two looks at what is kept of the past."""
REST = 3.0
"""It rests so many times as long as it worked."""

log = structlog.get_logger(__name__)


class Retention(Rounds):
    """One for a process; `holder` is the process's name in the lease. `removed` counts conversations since it began."""

    every = 10.0
    rest = 60.0

    def __init__(self, executor: Executor, clock: Callable[[], datetime], holder: str) -> None:
        super().__init__()
        self._executor = executor
        self._database = executor.database
        self._clock = clock
        self._holder = holder
        self.removed = 0

    async def round(self) -> float | None:
        """Some of what is due of each house that has a rule."""
        async with self._database.transaction() as tx:
            if not await inspections.lease(tx, LEASE, self._holder, LEASE_SECONDS):
                return None
            rules = {row["id"]: erasing.rule_of(row["retention"]) for row in await tx.rows("erasing.rules")}
            forgotten = await forgetting.houses(tx)
        began = asyncio.get_running_loop().time()
        before = {one: closed_before(rule, self._clock()) for one, rule in rules.items()}
        more = await self.in_each(forgotten, self._forget)
        more = await self.in_each(rules, lambda one: self._some(one, before[one])) or more
        worked = asyncio.get_running_loop().time() - began
        return min(REST * worked, LEASE_SECONDS / 3) if more else None

    async def _forget(self, organization_id: str) -> bool:
        """Of customers who are forgotten; whether there may be more."""
        async with self._database.reading() as tx:
            due = await forgetting.due(tx, organization_id, AT_A_TIME)
        if due:
            await past.forget(self._database, organization_id, due, without_customer)
        done = 0
        for one, _, _ in due:
            outcome = await self._executor.execute(
                system(organization_id, "retention"), ForgetCustomer(conversation_id=one)
            )
            done += isinstance(outcome, Done) and bool(outcome.result["forgotten"])
        self.removed += done
        async with self._database.transaction() as tx:
            await tx.run("forgetting.emptied", organization_id, self._clock())
        log.info("retention.forgotten", organization=organization_id, conversations=done)
        return len(due) == AT_A_TIME and done > 0

    async def _some(self, organization_id: str, before: datetime | None) -> bool:
        """Whether there may be more."""
        if before is None:
            return False
        async with self._database.reading() as tx:
            due = await erasing.due(tx, organization_id, before, AT_A_TIME)
        if not due:
            return False
        await past.forget(self._database, organization_id, due)
        done = 0
        for one, _, _ in due:
            outcome = await self._executor.execute(
                system(organization_id, "retention"), EraseWritten(conversation_id=one)
            )
            done += isinstance(outcome, Done) and bool(outcome.result["erased"])
        self.removed += done
        log.info("retention.erased", organization=organization_id, conversations=done)
        # Whoever was not to be erased after all is not tried again at once.
        return len(due) == AT_A_TIME and done > 0
