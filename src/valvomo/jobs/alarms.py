"""Alarms: judge the alert rules whenever something happened, and when the clock alone changes an answer.

One process does it for all. Of an organization that has rules it keeps a floor like the live one, read from the
journal; what happens makes those conversations and queues be judged anew that it concerns. When a score will reach a
threshold is worked out and waited for, not looked for. How far the journal has been read is kept, so that no event is
missed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
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
    rest = 5.0

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
        self._unreadable: set[str] = set()
        self._kept_at = 0.0

    async def round(self) -> float | None:
        """Every organization that has rules; in how many seconds the next answer changes by the clock."""
        if not self._leads():
            self._watches.clear()
            return None
        async with self._database.asking() as tx:
            rules = await alerts.rules(tx)
        await self.in_each(self._watches.keys() - rules.keys(), self._end)
        pauses: list[float] = []

        async def judge(one: str) -> bool:
            pause = await self._judge(one, self._read(rules[one]))
            pauses.extend(() if pause is None else (pause,))
            return False

        await self.in_each(rules, judge)
        if time.monotonic() - self._kept_at >= KEEP_EVERY:
            self._kept_at = time.monotonic()
            await self.in_each(list(self._watches), self._keep)
        return min(pauses, default=None)

    def _read(self, rows: Sequence[Any]) -> list[Rule]:
        """Those that can be read; one that cannot is told of once, and keeps no other from being judged."""
        found: list[Rule] = []
        for row in rows:
            try:
                found.append(alerts.rule_of(row))
            except msgspec.MsgspecError:
                if row["id"] not in self._unreadable:
                    log.exception("alarms.unreadable", organization=row["organization_id"], rule=row["id"])
                self._unreadable.add(row["id"])
            else:
                self._unreadable.discard(row["id"])
        return found

    async def _judge(self, organization_id: str, rules: list[Rule]) -> float | None:
        watch = self._watches.pop(organization_id, None)
        if watch is None:
            watch = AlarmWatch(organization_id, self._database, self._executor, self._clock)
            async with self._database.transaction() as tx:
                position = await alerts.reader_position(tx, organization_id, READER)
            await watch.begin(position, rules)
        pause = await watch.judge(rules)
        # Should it fail, whatever it knows may be wrong: it begins anew.
        self._watches[organization_id] = watch
        return pause

    async def _end(self, organization_id: str) -> bool:
        await self._watches[organization_id].end()
        del self._watches[organization_id]
        return False

    async def _keep(self, organization_id: str) -> bool:
        async with self._database.transaction() as tx:
            await tx.run(
                "attention.read_until", organization_id, READER, self._watches[organization_id].position
            )
        return False
