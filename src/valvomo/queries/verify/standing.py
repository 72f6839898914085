"""What holds of everything that is going on, asked of the database as it stands: a statement for each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from valvomo.db.transaction import Transaction
from valvomo.queries.verify.report import Check, Report

Question = Callable[[Transaction, str, Report], Awaitable[None]]


async def verify_future(tx: Transaction, organization_id: str, report: Report) -> None:
    """Invariant 3: whoever has a conversation can act on it, and somebody or some queue has it.

    An account that is there, enabled, and with a role that serves; the server's janitor takes it from any other.
    """
    for row in await tx.rows("verify.stranded", organization_id):
        problem = f"is {row['state']}, but its owner {row['owner_id']} does not serve"
        report.add(organization_id, f"conversation {row['id']}", problem, Check.FUTURE)
    for row in await tx.rows("verify.adrift", organization_id):
        problem = f"is {row['state']}, but " + (
            "somebody has it" if row["state"] == "open" else "nobody has it"
        )
        report.add(organization_id, f"conversation {row['id']}", problem, Check.FUTURE)


async def verify_loads(tx: Transaction, organization_id: str, report: Report) -> None:
    """Invariant 4: the load that everybody is shown is what conversations say that the agent holds of them."""
    for row in await tx.rows("verify.loads", organization_id):
        problem = f"load is {row['units']}, the conversations say {row['said']}"
        report.add(organization_id, f"agent {row['agent_id']}", problem, Check.LOAD)


STANDING: Mapping[Check, Question] = {Check.FUTURE: verify_future, Check.LOAD: verify_loads}
