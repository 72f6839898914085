"""The recorder: keeps the floor as facts have made it every few thousand facts, so that any moment can be shown again.

One process at a time, by a lease. A house that goes on as usual is kept as it is stored, without a look at its facts:
a conversation's row is the fold of its facts. A house with a past that was never kept, because it is older than
this, or with very much that happened since the last look, is folded from its facts, a piece in each round.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from valvomo.db import inspections, replay
from valvomo.db.database import Database
from valvomo.db.replay import Snapshot
from valvomo.jobs.rounds import Rounds
from valvomo.live.replay import folding

EVERY = 2_000
"""Facts between two snapshots; more where the floor is larger than that, so that keeping costs as much per fact."""
BEHIND = 3
"""So many times that distance may be left between two snapshots, before facts are folded to keep some between."""
LEASE = "recorder"
LEASE_SECONDS = 15.0
SWEEP_EVERY = timedelta(minutes=10)
SWEPT_AT_ONCE = 1_000
"""Rows that are removed in one transaction."""
REST = 3.0
"""While catching up it rests so many times as long as it worked."""

log = structlog.get_logger(__name__)


class Recorder(Rounds):
    """One for a process; `holder` is the process's name in the lease. The past is kept for so many `days`."""

    every = 1.0

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        holder: str,
        *,
        days: int,
        distance: int = EVERY,
        rest: float = REST,
    ) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._holder = holder
        self._days = days
        self._distance = distance
        self._rest = rest
        self._swept: datetime | None = None
        self._last: dict[str, tuple[int, datetime]] = {}
        self._sizes: dict[str, int] = {}

    async def round(self) -> float | None:
        """Keep what is due of every organization, and drop what is too old."""
        async with self._database.transaction() as tx:
            if not await inspections.lease(tx, LEASE, self._holder, LEASE_SECONDS):
                self._last.clear()
                return None
            heads = {row["organization_id"]: row["position"] for row in await tx.rows("journal.heads")}
        behind = await self.in_each(heads, lambda one: self.record(one, heads[one]))
        now = self._clock()
        if self._swept is None or now - self._swept >= SWEEP_EVERY:
            await self.in_each(heads, self._drop)
            self._swept = now
        return 0.0 if behind else None

    async def _drop(self, organization_id: str) -> bool:
        """What is older than the past is kept, some at a time; there is no more then."""
        oldest = self._clock() - timedelta(days=self._days)
        for statement in ("replay.drop_snapshots", "replay.drop_old_activity"):
            done = ""
            while not done or done == f"DELETE {SWEPT_AT_ONCE}":
                async with self._database.transaction() as tx:
                    done = await tx.run(statement, organization_id, oldest, SWEPT_AT_ONCE)
        return False

    async def record(self, organization_id: str, head: int) -> bool:
        """Keep what is due of one organization; whether more is due."""
        last = self._last.get(organization_id) or await self._newest(organization_id)
        distance = max(self._distance, 2 * self._sizes.get(organization_id, 0))
        if head - last[0] < distance:
            return False
        if head - last[0] < BEHIND * distance:
            await self._as_stored(organization_id, last)
            return False
        began = asyncio.get_running_loop().time()
        await self._fold(organization_id, last, last[0] + distance)
        await asyncio.sleep(min(self._rest * (asyncio.get_running_loop().time() - began), LEASE_SECONDS / 3))
        return True

    async def keep_now(self, organization_id: str) -> Snapshot:
        """Keep the floor as it is stored now."""
        return await self._as_stored(organization_id, await self._newest(organization_id))

    async def _newest(self, organization_id: str) -> tuple[int, datetime]:
        """Position and time of the newest snapshot; before the first fact there is an empty one."""
        async with self._database.transaction() as tx:
            found = await replay.newest(tx, organization_id)
            if found is None:
                at = await replay.founded(tx, organization_id)
                await replay.keep(tx, organization_id, 0, await folding.packed(folding.beginning(at)))
                found = (0, at)
        self._last[organization_id] = found
        return found

    async def _as_stored(self, organization_id: str, last: tuple[int, datetime]) -> Snapshot:
        async with self._database.reading() as tx:
            stored = await replay.stored(tx, organization_id, last)
        self._sizes[organization_id] = len(stored.ongoing)
        snapshot = await folding.packed(folding.of_stored(stored))
        await self._keep(organization_id, last, snapshot)
        return snapshot

    async def _fold(self, organization_id: str, last: tuple[int, datetime], position: int) -> None:
        async with self._database.reading() as tx:
            then = await folding.at_position(tx, organization_id, position)
            if then is None:
                raise LookupError(f"nothing is kept of {organization_id} before {position}")
        self._sizes[organization_id] = len(then.board.conversations)
        await self._keep(organization_id, last, await folding.packed(then))
        log.info("recorder.caught_up", organization=organization_id, position=position)

    async def _keep(self, organization_id: str, last: tuple[int, datetime], snapshot: Snapshot) -> None:
        async with self._database.transaction() as tx:
            await replay.keep(tx, organization_id, last[0], snapshot)
        self._last[organization_id] = (snapshot.position, snapshot.at)
