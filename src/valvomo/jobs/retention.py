"""Retention: what was written in closed conversations goes once its days are over.

One process at a time, by a lease, some conversations in a round and a rest after each. Each goes in a transaction of
its own that judges it anew: one that is killed has erased it or has not, and two that lead at once erase it once. What
is kept of the past loses its words first: so a conversation that says that it is erased is erased there too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from valvomo.commands.contacts.forget import ForgetCustomer, ForgetIdleContact
from valvomo.commands.conversations.erase_written import EraseWritten
from valvomo.commands.execute import Done, Executor
from valvomo.db import erasing, forgetting, inspections
from valvomo.domain.access.actor import system
from valvomo.domain.conversations.forgotten import without_customer
from valvomo.domain.retention.rule import RetentionRule, closed_before, known_before
from valvomo.jobs.rounds import Rounds
from valvomo.live.replay import forgetting as past

LEASE = "retention"
LEASE_SECONDS = 60.0
AT_A_TIME = 50
"""Conversations of a house between two looks at what is kept of the past."""
LOOKED_AT = 200
"""Customers of a house that are looked at in a round: not everybody who has been there for long is to be forgotten."""
PASS_EVERY = timedelta(hours=1)
"""Rules count in days: when all have been looked at, they are after so long again, or once the rule is another one."""
REST = 3.0
"""It rests so many times as long as it worked."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Pass:
    """Through all customers of a house by a rule of so many days: since when, and how far; None when it is done."""

    days: int | None
    began: datetime
    place: forgetting.Place | None


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
        self._places: dict[str, _Pass] = {}

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
        for one in [one for one in self._places if one not in rules]:
            del self._places[one]
        more = await self.in_each(rules, lambda one: self._idle(one, rules[one])) or more
        more = await self.in_each(rules, lambda one: self._some(one, before[one])) or more
        worked = asyncio.get_running_loop().time() - began
        return min(REST * worked, LEASE_SECONDS / 3) if more else None

    async def _idle(self, organization_id: str, rule: RetentionRule) -> bool:
        """Customers with whom nothing has gone on for long, the next of all; whether there are more to look at."""
        now = self._clock()
        before = known_before(rule, now)
        if before is None:
            self._places.pop(organization_id, None)
            return False
        at = self._places.get(organization_id)
        if at is None or at.days != rule.contact_days or (at.place is None and at.began <= now - PASS_EVERY):
            at = _Pass(rule.contact_days, now, forgetting.BEGINNING)
        if at.place is None:
            return False
        async with self._database.reading() as tx:
            ids, last = await forgetting.idle(tx, organization_id, before, at.place, limit=LOOKED_AT)
        for one in ids:
            await self._executor.execute(
                system(organization_id, "retention"), ForgetIdleContact(contact_id=one)
            )
        self._places[organization_id] = _Pass(at.days, at.began, last)
        if ids:
            log.info("retention.idle", organization=organization_id, contacts=len(ids))
        return last is not None or bool(ids)

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
