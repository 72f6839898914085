"""`valvomo verify`: prove everything, or what is new since the last time, beside a server at work."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from valvomo.cli.pacing import Pace, bar, rested
from valvomo.cli.running import FailedError, load, reached, run
from valvomo.db import inspections
from valvomo.db.database import Database
from valvomo.db.inspections import INSPECTOR, OPERATOR, Inspection
from valvomo.db.transaction import Transaction
from valvomo.files.port import Storage, StorageError
from valvomo.main.clock import now
from valvomo.main.reaching import storage_of
from valvomo.queries.reading import Rest
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

Say = Callable[[str], None]


def verify_command(
    *,
    since_last: bool = False,
    anew: bool = False,
    pace: Pace = 1.0,
) -> None:
    """Prove that every conversation equals the fold of its facts and that the journal's chain is whole.

    Everything from the first fact on, beside a server at work; and what was proved before must still be there.

    Parameters
    ----------
    since_last
        Only what is new since the last clean run, and what is going on: cheap enough for every hour. What was changed
        in older rows, messages, facts and files afterwards is not seen by it.
    anew
        Do not ask whether what was proved before is still there, and go on from here when everything is whole: for
        after these notes were damaged, or the journal was taken back to an earlier moment without them.
    pace
        The share of the time in which it works: 0.1 takes ten times as long and burdens the database by a tenth.
    """
    if since_last and anew:
        raise FailedError("--since-last trusts what was proved before and --anew does not: choose one")
    sys.exit(run(_verify(Wanted(since_last=since_last, anew=anew, pace=pace))))


@dataclass(frozen=True, slots=True)
class Wanted:
    """How to verify."""

    since_last: bool = False
    """Only what is new since the last clean run."""
    anew: bool = False
    """Without a look at what was proved before."""
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
    with bar(*_COLUMNS) as seen:
        files = 0
        for one in await organizations(database):
            await _Run(database, one, report, wanted, clock).go(seen)
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
    since = " since the last time" if wanted.since_last else ""
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
        return await verify_files(
            database, wanted.storage, organization_id, report, full=not wanted.since_last
        )
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
        """Everything, or from the checkpoint to the head."""
        self.before = self.report.count
        async with self.database.reading() as tx:
            known = {by: await self._known(tx, by) for by in (OPERATOR, INSPECTOR)}
            head = await tx.value("journal.head", self.organization_id) or 0
        if not self.wanted.since_last:
            before = () if self.wanted.anew else set(known.values())
            rest = self._rest(bar, head)
            proved = await verify_everything(
                self.database, self.organization_id, self.report, rest=rest, proved=before
            )
            # Whoever asked for it anew and finds everything whole vouches for it, whatever was thought of it before.
            for by in (OPERATOR, INSPECTOR) if self.wanted.anew else (OPERATOR,):
                await self._keep(proved, by)
            return
        since = known[OPERATOR]
        rest = self._rest(bar, max(0, head - since.position))
        self.report.organizations += 1
        proof = Proof(self.database, self.organization_id, self.report, rest)
        await proof.chain(since, fold=True, keep=lambda reached: self._keep(reached, OPERATOR))
        for check in STANDING:
            await proof.standing(check)

    async def _known(self, tx: Transaction, by: str) -> Checkpoint:
        one = await inspections.get(tx, self.organization_id, by)
        return Checkpoint(one.position, one.hash) if one else Checkpoint()

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
            await rested(worked, self.wanted.pace)

        return rest


_NOTHING = {
    "findings": [], "count": 0, "counts": {}, "behind": 0, "conversation": "", "fact": 0, "walked_at": None,
    "checked_at": {},
}  # fmt: skip
_COLUMNS = (
    TextColumn("{task.description}"),
    BarColumn(),
    MofNCompleteColumn(),
    TextColumn("facts, {task.fields[conversations]} conversations"),
)
