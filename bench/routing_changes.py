"""What the router costs for each customer who comes and each agent who ends, whatever else the machine does.

Each change is looked at by itself, the dearest way: an arrival, an end, and the offers that follow. Only the time
that this process spends on processors within the router's rounds is counted; waiting for PostgreSQL is not.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from routing_place import Maker, RoutingPlace
from valvomo.commands.conversations.serve import End
from valvomo.db.doorbell import Doorbell
from valvomo.jobs.router import Router

MINUTE = 60.0


class Changes:
    """A router of this process, which looks whenever it is told to; `busy` is who ends what."""

    def __init__(self, maker: Maker, place: RoutingPlace, busy: Mapping[str, str]) -> None:
        self._maker = maker
        self._place = place
        self._busy = busy
        self._bell = Doorbell()
        self._router = Router(maker.database, maker.executor, self._bell, lambda: datetime.now(UTC))
        self._used = 0.0

    async def play(self, times: int, rate: float) -> str:
        """So many arrivals and ends; what that would be of a core at this rate a minute."""
        while await self._look("") is not None:
            pass
        self._used = 0.0
        others = sorted(self._busy.keys() - self._place.sessions.keys())
        for agent in random.sample(others, times):
            await self._maker.arrival(self._place)
            await self._look(self._place.organization_id)
            actor = self._maker.agent(self._place, agent)
            await self._maker.executor.execute(actor, End(conversation_id=self._busy[agent]))
            for _ in range(2):
                await self._look(self._place.organization_id)
        each = self._used / times
        return (
            f"an arrival and an end, each looked at by itself: {1000 * each:.1f} ms of processor time, "
            f"{100 * each * rate / MINUTE:.0f} % of a core at {rate:.0f} of them a minute"
        )

    async def _look(self, organization_id: str) -> float | None:
        self._bell.ring(organization_id)
        begun = time.process_time()
        again = await self._router.round()
        self._used += time.process_time() - begun
        return again
