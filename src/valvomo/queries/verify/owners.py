"""Whoever has a conversation must be able to act on it: an account that is there, enabled, and with a role for it."""

from __future__ import annotations

from valvomo.db.transaction import Transaction
from valvomo.queries.verify.report import Report


async def verify_owners(tx: Transaction, organization_id: str, report: Report) -> None:
    """Name what is not closed and owned by somebody who does not serve; the server's janitor takes it from them."""
    for row in await tx.rows("verify.stranded", organization_id):
        place = f"conversation {row['id']}"
        report.add(
            organization_id, place, f"is {row['state']}, but its owner {row['owner_id']} does not serve"
        )
