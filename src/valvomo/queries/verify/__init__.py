"""Verify: is what is stored still what happened? (design §5; invariants 1 to 4 and 12).

For every organization, in one snapshot: the hash chain of the journal, each conversation against the fold of its
facts, its messages against their digests, holdings, people, timers and loads against what follows from it; and
whether everybody who owns a conversation can act on it.
Reads page by page, so it may run beside the work of the day.
"""

from __future__ import annotations

from collections.abc import Callable

from valvomo.db.database import Database
from valvomo.queries.verify.chain import verify_chain
from valvomo.queries.verify.folds import verify_folds
from valvomo.queries.verify.owners import verify_owners
from valvomo.queries.verify.report import Finding, Report

__all__ = ["Finding", "Report", "verify", "verify_command"]


async def verify(database: Database) -> Report:
    """Look at everything of every organization."""
    report = Report()
    async with database.reading() as tx:
        organizations = [row["id"] for row in await tx.rows("house.organizations")]
    for organization_id in organizations:
        async with database.reading() as tx:
            report.organizations += 1
            heads = {row["organization_id"]: row for row in await tx.rows("journal.heads")}
            if organization_id in heads:
                await verify_chain(tx, heads[organization_id], report)
            else:
                report.add(organization_id, "journal head", "is missing")
            await verify_folds(tx, organization_id, report)
            await verify_owners(tx, organization_id, report)
    return report


async def verify_command(database: Database, say: Callable[[str], None]) -> int:
    """The command line's `verify`: says what was found; the exit code is 0 when nothing was, else 1."""
    report = await verify(database)
    for finding in report.findings:
        say(str(finding))
    if report.left_out:
        say(f"and {report.left_out} more")
    looked = (
        f"{report.organizations} organizations, {report.facts} facts, {report.conversations} conversations, "
        f"{report.messages} messages"
    )
    say(f"verified {looked}: " + ("all is as it was written" if report.clean else "NOT as it was written"))
    return 0 if report.clean else 1
