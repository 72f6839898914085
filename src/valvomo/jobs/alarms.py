"""Alarms: judge the alert rules whenever something happened, and when the clock alone changes an answer.

One process does it for all. Of an organization that has rules it keeps a floor like the live one, read from the
journal; what happens makes those conversations and queues be judged anew that it concerns. When a score will reach a
threshold is worked out and waited for, not looked for. How far the journal has been read is kept, so that no event is
missed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from valvomo.commands.execute import Executor
from valvomo.db import alerts
from valvomo.db.alerts import Rule
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.jobs.alarm_watch import AlarmWatch
from valvomo.jobs.rounds import Rounds

READER = "alarms"
KEEP_EVERY = 5.0
"""Seconds between two notes of how far was read: what is read again after a restart is found to be raised already."""

log = structlog.get_logger(__name__)


class Alarms(Rounds):
    """One for a process; `leads` says whether this process is the one that judges."""

    gather = 0.2
    words = True

    def __init__(
        self,
        database: Database,
        executor: Executor,
        bell: Doorbell,
        clock: Callable[[], datetime],
        *,
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        super().__init__(bell)
        self._database = database
        self._executor = executor
        self._clock = clock
        self._leads = leads
        self._watches: dict[str, AlarmWatch] = {}
        self._kept_at = 0.0

    async def round(self) -> float | None:
        """Every organization that has rules; in how many seconds the next answer changes by the clock."""
        if not self._leads():
            self._watches.clear()
            return None
        async with self._database.asking() as tx:
            rules = await alerts.rules(tx)
        for gone in self._watches.keys() - rules.keys():
            await self._watches.pop(gone).end()
        pauses = [await self._judge(one, its) for one, its in rules.items()]
        await self._keep()
        return min((one for one in pauses if one is not None), default=None)

    async def _judge(self, organization_id: str, rules: list[Rule]) -> float | None:
        watch = self._watches.get(organization_id)
        if watch is None:
            watch = AlarmWatch(organization_id, self._database, self._executor, self._clock)
            async with self._database.transaction() as tx:
                position = await alerts.reader_position(tx, organization_id, READER)
            await watch.begin(position)
            self._watches[organization_id] = watch
        try:
            return await watch.judge(rules)
        except BaseException:
            # Whatever it knows may be wrong now: it begins anew with the next round.
            del self._watches[organization_id]
            raise

    async def _keep(self) -> None:
        if time.monotonic() - self._kept_at < KEEP_EVERY:
            return
        self._kept_at = time.monotonic()
        async with self._database.transaction() as tx:
            for one, watch in self._watches.items():
                await tx.run("attention.read_until", one, READER, watch.position)
