"""Scheduled reports, as their owners and administrators see them."""

from __future__ import annotations

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.agent_figures import sees_interventions
from valvomo.domain.figures.schedules import Every
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.protocol.schedules import ScheduleDocument

MOST = 200


async def listed(tx: Transaction, actor: Actor) -> Page[ScheduleDocument] | Refusal:
    """All there are for this actor; an organization has a bounded number of them."""
    if not sees_interventions(actor):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    owner = None if actor.is_(UserRole.ADMINISTRATOR) else actor.id
    rows = await tx.rows("schedules.listed", actor.organization_id, owner, MOST)
    return Page(
        items=[
            ScheduleDocument(
                id=row["id"],
                name=row["name"],
                owner=Named(row["owner_id"], row["owner_name"]),
                every=Every(row["every"]),
                minute=row["minute"],
                recipients=row["recipients"],
                queues=row["queues"],
                purpose=row["purpose"],
                due=row["due"],
                created_at=row["created_at"],
            )
            for row in rows
        ]
    )
