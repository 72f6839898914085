"""The sampler: draws conversations for evaluation whenever a rule has something to draw from.

Each rule is an ordinary command that remembers how far it has drawn, so that several samplers, or one that was killed,
draw nothing twice and miss nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog

from valvomo.commands.execute import Executor
from valvomo.commands.quality.draw import SETTLED, DrawSample
from valvomo.db.database import Database
from valvomo.domain.access.actor import system
from valvomo.domain.refusals import Refusal
from valvomo.jobs.rounds import Rounds

log = structlog.get_logger(__name__)


class Sampler(Rounds):
    """One for a process."""

    every = 30.0

    def __init__(self, database: Database, executor: Executor, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database = database
        self._executor = executor
        self._clock = clock

    async def round(self) -> float | None:
        """Every rule that has something to draw from."""
        async with self._database.asking() as tx:
            rules = await tx.rows("quality.due_rules", self._clock() - SETTLED)
        houses = {row["id"]: row["organization_id"] for row in rules}
        more = await self.in_each(houses, lambda one: self._draw(houses[one], one), of="rule")
        return 0.0 if more else None

    async def _draw(self, organization_id: str, rule_id: str) -> bool:
        """One piece; whether there is more."""
        done = await self._executor.execute(system(organization_id, "sampler"), DrawSample(rule_id=rule_id))
        if isinstance(done, Refusal):
            return False
        if drawn := done.result["drawn"]:
            log.info("sampler.drawn", rule=rule_id, drawn=drawn)
        return bool(done.result["more"])
