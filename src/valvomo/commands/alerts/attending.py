"""Acknowledge, assign and clear an alert: what supervisors of its queue do about it (spec 3 *Alerts*)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.supervision import watcher_refusal
from valvomo.domain.alerts.events import AlertAcknowledged, AlertAssigned, AlertCleared
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgeAlert(Command):
    """I have seen it."""

    alert_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignAlert(Command):
    """It is for this supervisor of its queue to see to."""

    alert_id: str
    user_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClearAlert(Command):
    """It has been seen to."""

    alert_id: str


@handles(AcknowledgeAlert)
async def acknowledge_alert(work: Work, command: AcknowledgeAlert) -> Outcome:
    """Once: whoever comes second is told who was first."""
    row = await _lock(work, command.alert_id)
    if isinstance(row, Refusal):
        return row
    if row["acknowledged_at"] is not None:
        return Refusal(Reason.ALERT_ACKNOWLEDGED)
    await work.tx.run("alerts.acknowledge", work.organization_id, row["id"], work.now, work.actor.id)
    work.note(AlertAcknowledged(**_named(row)))
    return {"id": row["id"]}


@handles(AssignAlert)
async def assign_alert(work: Work, command: AssignAlert) -> Outcome:
    """To oneself or to another."""
    row = await _lock(work, command.alert_id)
    if isinstance(row, Refusal):
        return row
    name = await work.tx.value("alerts.supervisor_of", work.organization_id, command.user_id, row["queue_id"])
    if name is None:
        return Refusal(Reason.UNKNOWN_TARGET, {"user": command.user_id})
    await work.tx.run("alerts.assign", work.organization_id, row["id"], command.user_id)
    work.note(AlertAssigned(**_named(row), user_id=command.user_id, user_name=name))
    return {"id": row["id"]}


@handles(ClearAlert)
async def clear_alert(work: Work, command: ClearAlert) -> Outcome:
    """It may be raised again once its rule has cooled down."""
    row = await _lock(work, command.alert_id)
    if isinstance(row, Refusal):
        return row
    await work.tx.run("alerts.clear", work.organization_id, row["id"], work.now, "by_hand")
    work.note(AlertCleared(**_named(row), cause="by_hand"))
    return {"id": row["id"]}


async def _lock(work: Work, alert_id: str) -> Any:
    """The alert, locked; to others than supervisors of its queue it does not exist."""
    if refusal := watcher_refusal(work.actor):
        return refusal
    row = await work.tx.row("alerts.lock", work.organization_id, alert_id)
    if row is None or not work.actor.supervises(row["queue_id"]):
        return Refusal(Reason.NOT_FOUND)
    return Refusal(Reason.ALERT_CLEARED) if row["cleared_at"] is not None else row


def _named(row: Any) -> dict[str, str]:
    return {"alert_id": row["id"], "rule_name": row["rule_name"], "queue_id": row["queue_id"]}
