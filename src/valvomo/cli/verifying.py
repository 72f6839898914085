"""`valvomo verify`: prove what is new since the last time, or everything, beside a server at work."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from valvomo.cli.running import load, reached, run
from valvomo.db import inspections
from valvomo.db.database import Database
from valvomo.db.inspections import INSPECTOR, OPERATOR, Inspection
from valvomo.files.port import Storage, StorageError
from valvomo.main.clock import now
from valvomo.main.reaching import storage_of
from valvomo.queries.verify import (
    STANDING,
    Check,
    Checkpoint,
    Proof,
    Report,
    organizations,
    verify_everything,
)
from valvomo.queries.verify.files import verify_files
from valvomo.queries.verify.proof import Rest

Say = Callable[[str], None]


def verify_command(
    *,
    full: bool = False,
    pace: Annotated[float, Parameter(validator=Number(gt=0, lte=1))] = 1.0,
) -> None:
    """Prove that every conversation equals the fold of its facts and that the journal's chain is whole.

    Goes on from where the last clean run ended, so it can run every hour beside a server at work.

    Parameters
    ----------
    full
        Prove everything from the first fact on, and trust nothing that was proved before.
    pace
        The share of the time in which it works: 0.1 takes ten times as long and burdens the database by a tenth.
    """
    sys.exit(run(_verify(Wanted(full=full, pace=pace))))


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to verify."""

    full: bool = False
    pace: float = 1.0
    storage: Storage | None = None
    """Where sent files are, if they are to be looked at."""


async def _verify(wanted: Wanted) -> int:
    settings = load()
    async with reached(settings) as database:
        return await verify(database, print, replace(wanted, storage=storage_of(settings)))


async def verify(database: Database, say: Say, wanted: Wanted, clock: Callable[[], datetime] = now) -> int:
    """Say what was found; the exit code is 0 when nothing was, else 1."""
    report = Report()
    with _bar() as bar:
        files = 0
        for one in await organizations(database):
            await _Run(database, one, report, wanted, clock).go(bar)
            if wanted.storage is not None:
                files += await _files(database, wanted, one, report)
    for finding in report.findings:
        say(str(finding))
    if report.left_out:
        say(f"and {report.left_out} more")
    looked = (
        f"{report.organizations} organizations, {report.facts} facts, {report.conversations} conversations, "
        f"{report.messages} messages" + (f", {files} files" if wanted.storage is not None else "")
    )
    since = "" if wanted.full else " since the last time"
    say(
        f"verified {looked}{since}: "
        + ("all is as it was written" if report.clean else "NOT as it was written")
    )
    return 0 if report.clean else 1


async def _files(database: Database, wanted: Wanted, organization_id: str, report: Report) -> int:
    """How many files of the organization were looked at; a storage that is away proves nothing of any."""
    if wanted.storage is None:
        return 0
    try:
        return await verify_files(database, wanted.storage, organization_id, report, full=wanted.full)
    except StorageError as error:
        report.add(organization_id, "files", f"could not be looked at: {error}", Check.MESSAGES)
        return 0


@dataclass(slots=True)
class _Run:
    """Of one organization."""

    database: Database
    organization_id: str
    report: Report
    wanted: Wanted
    clock: Callable[[], datetime]
    before: int = 0

    async def go(self, bar: Progress | None) -> None:
        """From the checkpoint to the head, or everything."""
        self.before = self.report.count
        async with self.database.reading() as tx:
            known = await inspections.get(tx, self.organization_id, OPERATOR)
            head = await tx.value("journal.head", self.organization_id) or 0
        since = Checkpoint(known.position, known.hash) if known and not self.wanted.full else Checkpoint()
        rest = self._rest(bar, max(0, head - since.position))
        if self.wanted.full:
            # Whoever proves everything and finds it whole vouches for it anew, whatever was thought of it before.
            proved = await verify_everything(self.database, self.organization_id, self.report, rest)
            await self._keep(proved, OPERATOR)
            await self._keep(proved, INSPECTOR)
            return
        self.report.organizations += 1
        proof = Proof(self.database, self.organization_id, self.report, rest)
        await proof.chain(since, fold=True, keep=lambda reached: self._keep(reached, OPERATOR))
        for check in STANDING:
            await proof.standing(check)

    async def _keep(self, reached: Checkpoint, by: str) -> None:
        """Only what is clean is not looked at again."""
        if self.report.count == self.before:
            kept = Inspection(reached.position, reached.hash, _NOTHING, self.clock())
            async with self.database.transaction() as tx:
                await inspections.keep(tx, self.organization_id, by, kept)

    def _rest(self, bar: Progress | None, total: int) -> Rest:
        task = bar.add_task(self.organization_id, total=total, conversations=0) if bar else None
        done = self.report.facts, self.report.conversations

        async def rest(worked: float) -> None:
            if bar is not None and task is not None:
                seen = self.report.facts - done[0], self.report.conversations - done[1]
                bar.update(task, completed=seen[0], conversations=seen[1])
            await asyncio.sleep(worked * (1 / self.wanted.pace - 1))

        return rest


_NOTHING = {
    "findings": [], "count": 0, "counts": {}, "behind": 0, "conversation": "", "fact": 0, "walked_at": None,
    "checked_at": {},
}  # fmt: skip


def _bar() -> AbstractContextManager[Progress | None]:
    """For people; a log needs none."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("facts, {task.fields[conversations]} conversations"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
