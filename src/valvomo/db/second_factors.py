"""Second factors in PostgreSQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from valvomo.db.transaction import Transaction
from valvomo.domain.access.second_factor import Factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An account's second factor. `sealed` is the secret that the app shares; without `confirmed_at` it is a try."""

    sealed: bytes
    confirmed_at: datetime | None
    factor: Factor


async def lock(tx: Transaction, organization_id: str, user_id: str) -> Kept | None:
    """The account's, locked; None where there is none."""
    row = await tx.row("second_factors.lock", organization_id, user_id)
    if row is None:
        return None
    factor = Factor(step=row["step"], recovery=tuple(row["recovery"]))
    return Kept(sealed=row["secret"], confirmed_at=row["confirmed_at"], factor=factor)


async def keep(tx: Transaction, organization_id: str, user_id: str, factor: Factor) -> None:
    """What is left of it after a code was taken."""
    await tx.run("second_factors.used", organization_id, user_id, factor.step, list(factor.recovery))
