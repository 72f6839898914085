"""Statuses: names of the house's own for where a record is; its state decides which of them it can have (spec 1 §2).

A record's phase is its state, and never kept beside it: so a status that is kept fits as long as the phase lasts, and
is forgotten with it. In the next phase the record has the usual status, unless somebody has chosen another.
"""

from __future__ import annotations

from dataclasses import replace

from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.records.form import Phase, RecordForm, Status
from valvomo.domain.refusals import Reason, Refusal


def phase_of(conversation: Conversation) -> Phase:
    """What the record's status is a name for."""
    if conversation.state is State.CLOSED:
        return Phase.RESOLVED
    if conversation.state is State.WAITING:
        return Phase.ON_HOLD
    return Phase.IN_PROGRESS if conversation.accepted else Phase.OPEN


def status_of(conversation: Conversation, form: RecordForm) -> Status:
    """The record's status: the one that was chosen, or the usual one of its phase."""
    kept = conversation.record.status if conversation.record else None
    return (form.status(kept) if kept else None) or form.usual(phase_of(conversation))


def in_step(before: Conversation, now: Conversation) -> Conversation:
    """The record without a status of a phase that it has left; one that came with the phase stays."""
    record = now.record
    if record is None or record.status is None or before.record is None:
        return now
    if record.status != before.record.status or phase_of(before) is phase_of(now):
        return now
    return replace(now, record=replace(record, status=None))


def status_refusal(conversation: Conversation, form: RecordForm, key: str, *, owner: bool) -> Refusal | None:
    """Why the record cannot get this status now.

    Within its phase whoever may change it chooses freely. Into another phase only its owner takes it, by what they do
    anyway: go on, put it on hold, give it back. Resolving is an act of its own, with an outcome.
    """
    status, now = form.status(key), phase_of(conversation)
    if status is None or status.retired:
        return Refusal(Reason.UNKNOWN_STATUS, {"status": key})
    if status.phase is now:
        return None
    facts = {"phase": now.value, "status": key, "owner": conversation.owner_name}
    if not owner or Phase.RESOLVED in (status.phase, now):
        return Refusal(Reason.OTHER_PHASE, facts)
    return Refusal(Reason.OTHER_PHASE, facts) if now is Phase.OPEN else None
