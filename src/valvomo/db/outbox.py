"""Letters to the outside: written with the facts that cause them, delivered later by a job."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from valvomo.db.transaction import Transaction
from valvomo.telemetry.spans import here

Letter = tuple[str, str, dict[str, object]]
"""Organization, kind, body."""


async def write(tx: Transaction, letters: Sequence[Letter], at: datetime) -> None:
    """Of each letter one for every webhook that wants its kind, all in one statement; nothing when there are none."""
    if letters:
        houses, kinds, bodies = zip(*letters, strict=True)
        await tx.run("outbox.write", houses, kinds, bodies, at, here())


LOOKED_AT = 100
"""Letters of each webhook by which it is known that its log has changed: the newest, and those that are due first."""


async def marks(tx: Transaction, organization_id: str) -> dict[str, str]:
    """Of each webhook and bot something that is other once its log is."""
    rows = await tx.rows("outbox.marks", organization_id, LOOKED_AT)
    return {row["id"]: row["mark"] for row in rows}
