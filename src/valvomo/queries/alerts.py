"""Alerts of the queues that one supervises, and the rules behind them."""

from __future__ import annotations

from typing import Any

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.alerts import AlertCandidates, AlertDocument, AlertRuleDocument
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded
from valvomo.queries.listing import role_refusal, shaped
from valvomo.queries.resources import Kind

SORT = "alerts"
MOST_CANDIDATES = 500
ALERT_RULES = Kind(
    "alert_rule", "alert_rules", lambda row, _: shaped(row, AlertRuleDocument), role=UserRole.ADMINISTRATOR
)


async def listed(
    tx: Transaction, actor: Actor, *, cleared: bool, cursor: str | None, limit: int
) -> Page[AlertDocument] | Refusal:
    """Newest first; those that are over too if `cleared`."""
    if refusal := role_refusal(actor, UserRole.SUPERVISOR):
        return refusal
    try:
        place = decoded(cursor, SORT)
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    before = place.id if place else ""
    rows = await tx.rows(
        "alerts.listed", actor.organization_id, _scope(actor), cleared, before, limit + 1, None
    )
    last = rows[limit - 1] if len(rows) > limit else None
    following = encoded(Place(sort=SORT, rank=0, word="", id=last["id"])) if last else None
    return Page(items=[_shown(row) for row in rows[:limit]], next=following)


async def single(tx: Transaction, actor: Actor, alert_id: str) -> AlertDocument | Refusal:
    """One, over or not."""
    if refusal := role_refusal(actor, UserRole.SUPERVISOR):
        return refusal
    scope = _scope(actor)
    row = await tx.row("alerts.listed", actor.organization_id, scope, True, "", 1, alert_id)
    return _shown(row) if row else Refusal(Reason.NOT_FOUND)


async def candidates(tx: Transaction, actor: Actor, alert_id: str) -> AlertCandidates | Refusal:
    """To whom an alert may be assigned: supervisors of its queue."""
    alert = await single(tx, actor, alert_id)
    if isinstance(alert, Refusal):
        return alert
    rows = await tx.rows("alerts.supervisors_of", actor.organization_id, alert.queue.id, MOST_CANDIDATES)
    return AlertCandidates(people=tuple(Named(row["id"], row["name"]) for row in rows))


def _scope(actor: Actor) -> list[str] | None:
    return None if actor.supervises_all else sorted(actor.supervised)


def _shown(row: Any) -> AlertDocument:
    over, seen = row["cleared_at"] is not None, row["acknowledged_at"] is not None
    return shaped(
        row,
        AlertDocument,
        rule=Named(row["rule_id"], row["rule_name"]),
        queue=Named(row["queue_id"], row["queue_name"] or ""),
        conversation=_named(row["conversation_id"], row["customer"]),
        state="cleared" if over else "acknowledged" if seen else "raised",
        acknowledged_by=_named(row["acknowledged_by"], row["acknowledged_name"]),
        assigned_to=_named(row["assigned_to"], row["assigned_name"]),
    )


def _named(one: str | None, name: str | None) -> Named | None:
    return Named(one, name or "") if one else None
