"""Change a record: details, fields and status, by whoever keeps it (spec 1 §4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.db import records
from valvomo.domain.access.acts import Act
from valvomo.domain.agents.capacity import exceeded_by
from valvomo.domain.conversations import queueing
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.record_change import RecordChanged, change_record
from valvomo.domain.conversations.record_status import phase_of, status_of, status_refusal
from valvomo.domain.records.form import Phase, RecordForm
from valvomo.domain.records.values import Value
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRecord(Command):
    """Set what is given. `revision` is that of the record on which this was thought out.

    None leaves a detail as it is; `undue` takes the due date away, and a field that is named with None is emptied. A
    status of another phase takes the record there: back to its queue, on hold, or on.
    """

    conversation_id: str
    revision: int
    subject: str | None = None
    priority: int | None = None
    status: str | None = None
    description: str | None = None
    due_at: datetime | None = None
    undue: bool = False
    fields: Mapping[str, Value | None] = field(default_factory=dict)


@handles(ChangeRecord)
async def change_it(work: Work, command: ChangeRecord) -> Outcome:
    """One fact with what stood there before; none where nothing changes."""
    record = await work.lock_for(command.conversation_id, Act.DETAILS)
    if isinstance(record, Refusal):
        return record
    form = await records.form(work.tx, work.organization_id, record.workstream_id)
    wanted = RecordChanged(
        by_id=work.actor.id,
        subject=command.subject,
        priority=command.priority,
        status=_other(record, form, command.status),
        description=command.description,
        due_at=command.due_at,
        undue=command.undue,
        fields=command.fields,
    )
    decided = change_record(record, form, wanted, revision=command.revision)
    if isinstance(decided, Refusal):
        return decided
    moved = await _moved(work, record, form, _other(record, form, command.status))
    if isinstance(moved, Refusal):
        return moved
    after = await work.record(record, moved)
    return outcome_of(await work.record(after, decided))


def _other(record: Conversation, form: RecordForm, status: str | None) -> str | None:
    """The status, unless the record has it already."""
    return None if status == status_of(record, form).key else status


async def _moved(
    work: Work, record: Conversation, form: RecordForm, status: str | None
) -> tuple[Event, ...] | Refusal:
    """What takes the record into the phase of its new status; nothing within the same phase."""
    if status is None:
        return ()
    owner = record.owner_id == work.actor.id
    if refusal := status_refusal(record, form, status, owner=owner):
        return refusal
    wanted = form.status(status)
    phase = wanted.phase if wanted else phase_of(record)
    if phase is phase_of(record):
        return ()
    if phase is Phase.IN_PROGRESS:
        return queueing.resume_refusal(work.actor.id, record) or (await _resumed(work, record),)
    workstream = await work.workstream(record)
    if phase is Phase.ON_HOLD:
        waits = workstream.auto_close(workstream.timers.auto_close_waiting, work.now)
        return queueing.park(work.actor.id, record, waits)
    waits = workstream.auto_close(workstream.timers.auto_close_open, work.now)
    return queueing.release(work.actor.id, record, waits, await work.queue_name(record.queue_id))


async def _resumed(work: Work, record: Conversation) -> queueing.Resumed:
    agent = await work.lock_agent(work.actor.id)
    excess = exceeded_by(agent, record.units, record.channel) if agent else 0
    return queueing.Resumed(
        agent_id=work.actor.id,
        agent_name=work.actor.name,
        cause="agent",
        units=record.units,
        excess_units=excess,
    )
