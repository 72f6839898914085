"""How far organizations have been proved, and what was wrong: kept, so that the next look goes on from there."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from valvomo.db.transaction import Transaction

INSPECTOR, OPERATOR = "inspector", "operator"
"""By whom: the server itself all the time, or an operator with `valvomo verify`."""


class Inspection(NamedTuple):
    """The chain is proved up to the fact at `position`, whose hash was `hash`. `report` is what else was found."""

    position: int
    hash: bytes
    report: dict[str, Any]
    at: datetime


async def get(tx: Transaction, organization_id: str, by: str) -> Inspection | None:
    """The newest one."""
    row = await tx.row("inspections.get", organization_id, by)
    return Inspection(row["position"], row["hash"], row["report"], row["at"]) if row else None


async def keep(tx: Transaction, organization_id: str, by: str, inspection: Inspection) -> None:
    """This one is the newest."""
    await tx.run("inspections.keep", organization_id, by, *inspection)


async def lease(tx: Transaction, name: str, holder: str, seconds: float) -> bool:
    """Whether it is this holder's for the next seconds, by the clock of the database."""
    return await tx.value("inspections.lease", name, holder, seconds) is not None
