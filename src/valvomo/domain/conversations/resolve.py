"""Resolve: a record's end, with what it came to (T15)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.domain.conversations.ending import RecordResolved, end_refusal
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.leaving import put_out
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.record import Record
from valvomo.domain.conversations.record_change import record_refusal, unfit
from valvomo.domain.records.form import Phase, RecordForm
from valvomo.domain.records.values import missing
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What a record came to: a status for it (None for the usual one), a disposition code, words."""

    status: str | None = None
    disposition: str | None = None
    outcome: str = ""


def resolve(
    agent_id: str, conversation: Conversation, form: RecordForm, resolution: Resolution
) -> tuple[Event, ...] | Refusal:
    """Its owner resolves it while it is in progress, once everything is filled in that must be by then."""
    if refusal := record_refusal(conversation) or end_refusal(agent_id, conversation):
        return refusal
    if resolution.status is not None:
        status = form.status(resolution.status)
        if status is None or status.retired or status.phase is not Phase.RESOLVED:
            return Refusal(Reason.UNKNOWN_STATUS, {"status": resolution.status})
    record = conversation.record or Record()
    if troubles := list(missing(form, record.fields, resolving=True)):
        return unfit(troubles)
    resolved = RecordResolved(
        agent_id=agent_id,
        status=resolution.status,
        outcome=resolution.outcome,
        disposition=resolution.disposition,
    )
    return (*put_out(conversation, State.CLOSED), resolved)
