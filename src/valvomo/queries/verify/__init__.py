"""Verify: is what is stored still what happened? (design §5; invariants 1 to 4 and 12).

The hash chain of the journal, each conversation against the fold of its facts, its messages against their digests,
holdings, people, timers and loads against what follows from it; and whether everybody who owns a conversation can
act on it. Everything, or what is new since a checkpoint and what is going on.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from valvomo.queries.reading import Reader, Rest
from valvomo.queries.verify.chain import Checkpoint
from valvomo.queries.verify.proof import Proof, no_rest
from valvomo.queries.verify.report import Check, Finding, Report
from valvomo.queries.verify.standing import STANDING

__all__ = [
    "STANDING",
    "Check",
    "Checkpoint",
    "Finding",
    "Proof",
    "Report",
    "organizations",
    "verify",
    "verify_everything",
]


async def verify(reader: Reader) -> Report:
    """Look at everything of every organization."""
    report = Report()
    for one in await organizations(reader):
        await verify_everything(reader, one, report)
    return report


async def verify_everything(
    reader: Reader,
    organization_id: str,
    report: Report,
    *,
    rest: Rest = no_rest,
    proved: Iterable[Checkpoint] = (),
) -> Checkpoint:
    """Everything of one organization, from its first fact to the head; that head.

    What was `proved` before must still be there: a journal whose end was cut off, or that was written anew from some
    fact on, is whole by itself.
    """
    report.organizations += 1
    proof = Proof(reader, organization_id, report, rest)
    for one in sorted(proved, key=attrgetter("position")):
        await proof.still(one)
    reached = await proof.chain(Checkpoint())
    await proof.all_conversations()
    for check in STANDING:
        await proof.standing(check)
    return reached


async def organizations(reader: Reader) -> list[str]:
    """Every organization's id."""
    async with reader.asking() as tx:
        return [row["id"] for row in await tx.rows("house.organizations")]
