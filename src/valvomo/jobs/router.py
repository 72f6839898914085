"""The router at work: what waits is offered, one process at a time for an organization (design §1 *Routing*)."""

from __future__ import annotations

import structlog

from valvomo.commands.conversations.assign import MarkOrphaned, OfferByRouter
from valvomo.commands.execute import Executor
from valvomo.commands.registry import Command
from valvomo.db import routing
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import system
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.fifo import Routed, route
from valvomo.jobs.rounds import Rounds

log = structlog.get_logger(__name__)


class Router(Rounds):
    """One for a process; the lock decides which of several processes routes."""

    gather = 0.05

    def __init__(self, database: Database, executor: Executor, bell: Doorbell) -> None:
        super().__init__(bell)
        self._database = database
        self._executor = executor

    async def round(self) -> float | None:
        """Route every organization in which something waits."""
        async with self._database.reading() as tx:
            organizations = await routing.organizations(tx)
        for organization_id in organizations:
            await self.route(organization_id)
        return None

    async def route(self, organization_id: str) -> Routed:
        """Decide and offer. Each offer is an ordinary command, decided again on locked facts."""
        async with self._database.transaction() as tx:
            if not await routing.lock(tx, organization_id):
                return Routed()
            routed = route(
                await routing.waiting(tx, organization_id),
                await routing.idle(tx, organization_id),
                await routing.rules(tx, organization_id),
            )
            # The lock is held until the offers stand, so that no other process decides on the same facts.
            for orphan in routed.orphans:
                await self._do(
                    organization_id, MarkOrphaned(conversation_id=orphan.conversation_id, cause=orphan.cause)
                )
            for choice in routed.choices:
                await self._do(
                    organization_id,
                    OfferByRouter(conversation_id=choice.conversation_id, agent_id=choice.agent_id),
                )
        return routed

    async def _do(self, organization_id: str, command: Command) -> None:
        outcome = await self._executor.execute(system(organization_id, "router"), command)
        if isinstance(outcome, Refusal):
            # Somebody was faster; the next round decides on what is then.
            log.debug("router.refused", command=type(command).__name__, reason=outcome.reason.value)
