"""The router at work: what waits is offered, one process at a time for an organization (design §1 *Routing*).

It holds a position in the journal and looks only at the queues in which something has changed since; now and then, at
its start and after every change of settings it looks at everything, so that nothing that was missed is missed for
long. Facts are read under the lock; offers are decided again on locked rows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import asyncpg
import structlog

from valvomo.commands.conversations.route import Route, Step
from valvomo.commands.execute import Executor
from valvomo.db import routing
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import system
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.choosing import Decision
from valvomo.domain.routing.facts import House
from valvomo.domain.routing.route import Routed, route
from valvomo.jobs.rounds import Rounds

MOST_OFFERS = 200
"""In one pass; the next follows at once, on fresh facts."""
BATCH = 20
"""Steps in one transaction."""
FULL_SHARE = 20
"""A look at everything may take this part of the time: after one that took 50 ms comes a second without."""
LONGEST_WITHOUT = 10.0
"""Seconds after which everything is looked at however long that takes."""
SAY_AGAIN = timedelta(minutes=1)
"""So long the reasons for which something waits are not told anew, however often they change."""

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Ledger:
    """What this process knows of an organization: how far it has read, when it looked at everything last.

    `said` are the reasons that were last kept for a conversation that waits, so that each is explained once.
    """

    position: int | None = None
    full_at: float = 0.0
    left: frozenset[str] = frozenset()
    house: House | None = None
    said: dict[str, tuple[frozenset[Reason], datetime]] = field(default_factory=dict)


class Router(Rounds):
    """One for a process; the lock decides which of several processes routes."""

    gather = 0.02

    def __init__(
        self, database: Database, executor: Executor, bell: Doorbell, clock: Callable[[], datetime]
    ) -> None:
        super().__init__(bell)
        self._database = database
        self._executor = executor
        self._clock = clock
        self._ledgers: dict[str, _Ledger] = {}

    async def round(self) -> float | None:
        """Route every organization in which something waits."""
        async with self._database.reading() as tx:
            organizations = await routing.organizations(tx)
        again = False
        for organization_id in organizations:
            try:
                routed = await self.route(organization_id)
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                raise
            except Exception:
                # What is wrong in one organization must not keep the others from being served.
                log.exception("router.failed", organization=organization_id)
                continue
            again = again or routed.full(MOST_OFFERS)
        for gone in self._ledgers.keys() - set(organizations):
            del self._ledgers[gone]
        return 0.0 if again else None

    def positions(self) -> dict[str, int]:
        """How far this process has read each organization in which something waited when it last looked."""
        return {one: it.position for one, it in self._ledgers.items() if it.position is not None}

    async def route(self, organization_id: str) -> Routed:
        """Decide and offer. The lock is held until the offers stand, so that nobody decides on the same facts."""
        ledger = self._ledgers.setdefault(organization_id, _Ledger())
        async with self._database.transaction() as tx:
            if not await routing.lock(tx, organization_id):
                return Routed()
            began = time.monotonic()
            full = began >= ledger.full_at
            touched = await routing.touched(tx, organization_id, None if full else ledger.position)
            queues = None if touched.queues is None else touched.queues | ledger.left
            routed, version = await self._decide(tx, organization_id, queues)
            took = time.monotonic() - began
            ledger.left = await self._do(organization_id, ledger, routed, version)
            ledger.position = touched.position
            if queues is None:
                ledger.full_at = began + max(self.every, min(LONGEST_WITHOUT, FULL_SHARE * took))
                _forget(ledger, routed)
        return routed

    async def _decide(
        self, tx: Transaction, organization_id: str, queues: frozenset[str] | None
    ) -> tuple[Routed, int]:
        found = await routing.waiting(tx, organization_id, queues) if queues != frozenset() else []
        if not found:
            return Routed(), 0
        ledger = self._ledgers[organization_id]
        house = ledger.house = await routing.rules(tx, organization_id, ledger.house)
        now = self._clock()
        seats = await routing.seats(tx, organization_id, {one.queue_id for one in found}, now)
        return route(found, seats, house, at=now, most=MOST_OFFERS), house.version

    async def _do(
        self, organization_id: str, ledger: _Ledger, routed: Routed, version: int
    ) -> frozenset[str]:
        """Make it so; the queues that have to be looked at again, because somebody was faster or there is more."""
        decisions = (*routed.orphans[:MOST_OFFERS], *routed.regained[:MOST_OFFERS], *routed.offers)
        again: set[str] = set()
        for batch in _batched(decisions):
            refused = await self._take(organization_id, batch, version)
            again |= {one.waiting.queue_id for one in batch if one.waiting.id in refused}
        for one in decisions:
            ledger.said.pop(one.waiting.id, None)
        now = self._clock()
        kept = _unsaid(ledger, routed, now)
        if kept:
            await self._executor.execute(system(organization_id, "router"), Route(kept=kept, rules=version))
        for head, others in kept:
            ledger.said.update((one.waiting.id, (frozenset(one.reasons), now)) for one in (head, *others))
        return frozenset(again | (routed.queues if routed.full(MOST_OFFERS) else frozenset()))

    async def _take(self, organization_id: str, batch: tuple[Decision, ...], version: int) -> frozenset[str]:
        """Which conversations could not be dealt with. A batch that fails is done one by one: one must not stop all."""
        steps = tuple(_step(one) for one in batch)
        try:
            outcome = await self._executor.execute(
                system(organization_id, "router"), Route(steps=steps, rules=version)
            )
        except asyncpg.PostgresError:
            if len(batch) == 1:
                log.exception("router.failed", conversation=batch[0].waiting.id)
                return frozenset({batch[0].waiting.id})
            left = [await self._take(organization_id, (one,), version) for one in batch]
            return frozenset().union(*left)
        if isinstance(outcome, Refusal):
            refused: object = {batch[0].waiting.id: outcome.reason.value}
        else:
            refused = outcome.result["refused"]
        if not isinstance(refused, dict):
            raise TypeError("what was refused is told by conversation")
        if refused:
            # Somebody was faster; the next round decides on what is then.
            log.debug("router.refused", refused=refused)
        return frozenset(refused)


def _step(decision: Decision) -> Step:
    return Step(
        conversation_id=decision.waiting.id,
        agent_id=decision.agent_id,
        cause=decision.cause,
        decision=decision,
    )


def _batched(decisions: tuple[Decision, ...]) -> Iterable[tuple[Decision, ...]]:
    return (decisions[at : at + BATCH] for at in range(0, len(decisions), BATCH))


def _unsaid(
    ledger: _Ledger, routed: Routed, now: datetime
) -> tuple[tuple[Decision, tuple[Decision, ...]], ...]:
    """Why what waits is not offered, for those to whom nothing has been said before, or something else long ago."""
    found = []
    for decision in routed.held_up:
        reasons = frozenset(decision.reasons)
        group = (decision.waiting, *routed.behind.get(decision.waiting.id, ()))
        new = [
            replace(decision, waiting=one)
            for one in group
            if one.id not in ledger.said
            or (ledger.said[one.id][0] != reasons and now - ledger.said[one.id][1] >= SAY_AGAIN)
        ]
        if new:
            found.append((new[0], tuple(new[1:])))
    return tuple(found)


def _forget(ledger: _Ledger, routed: Routed) -> None:
    """What does not wait any more, once everything has been looked at."""
    waits = {one.waiting.id for one in routed.held_up}
    waits |= {one.id for others in routed.behind.values() for one in others}
    ledger.said = {one: reasons for one, reasons in ledger.said.items() if one in waits}
