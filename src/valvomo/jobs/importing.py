"""Importing: files of records that are being checked or read in, a few lines at a time.

Each step is an ordinary command of whoever began it, which locks the file and goes on where the last one ended: so
several processes, or one that was killed, make nothing twice and leave nothing out. Between two steps everybody else
has their turn.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog

from valvomo.commands.execute import Executor
from valvomo.commands.records.import_steps import CheckLines, ReadLinesIn
from valvomo.commands.records.importing import CancelImport
from valvomo.db import floor
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Reason, Refusal
from valvomo.jobs.rounds import Rounds

CHECKED_AT_ONCE = 200
READ_IN_AT_ONCE = 20
BREATH_SECONDS = 0.02
"""Between two steps: so long at least nothing of this is done."""

log = structlog.get_logger(__name__)


class Importing(Rounds):
    """One for a process; several do no harm."""

    rest = 10.0

    def __init__(self, executor: Executor) -> None:
        super().__init__()
        self._executor = executor

    async def round(self) -> float | None:
        """A step of every file that is under way."""
        async with self._executor.database.asking() as tx:
            rows = {row["id"]: row for row in await tx.rows("record_imports.under_way")}
        more = await self.in_each(rows, lambda one: self._step(rows[one]), of="import")
        await asyncio.sleep(BREATH_SECONDS if rows else 0.0)
        return 0.0 if more else None

    async def _step(self, row: Any) -> bool:
        """Whether there is more to do at once."""
        house = row["organization_id"]
        async with self._executor.database.reading() as tx:
            actor = (await floor.actors(tx, house, [row["by_id"]])).get(row["by_id"])
        if actor is None or not actor.is_(UserRole.ADMINISTRATOR):
            gone = Actor(id=row["by_id"], organization_id=house, roles=frozenset({UserRole.ADMINISTRATOR}))
            await self._executor.execute(gone, CancelImport(import_id=row["id"]))
            return False
        if row["state"] == "checking":
            done = await self._executor.execute(actor, CheckLines(import_id=row["id"], most=CHECKED_AT_ONCE))
            return not isinstance(done, Refusal) and bool(done.result["more"])
        return await self._read_in(actor, row["id"])

    async def _read_in(self, actor: Actor, import_id: str) -> bool:
        """Some lines together; where that is refused one by one, so that a bad one keeps no other."""
        done = await self._executor.execute(actor, ReadLinesIn(import_id=import_id, most=READ_IN_AT_ONCE))
        if not isinstance(done, Refusal):
            return bool(done.result["more"])
        if done.reason in (Reason.IMPORT_NOT_NOW, Reason.NOT_FOUND):
            return False
        for _ in range(READ_IN_AT_ONCE):
            one = await self._executor.execute(actor, ReadLinesIn(import_id=import_id, most=1))
            if isinstance(one, Refusal):
                log.info("import.line_failed", file=import_id, reason=one.reason.value)
                one = await self._executor.execute(
                    actor, ReadLinesIn(import_id=import_id, most=1, failed=True)
                )
            if isinstance(one, Refusal) or not one.result["more"]:
                return False
        return True
