"""Changing a record: its details and fields, by whoever may, and never over what another has changed meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Channel, Conversation, State
from valvomo.domain.conversations.record import Record, changed
from valvomo.domain.records.form import RecordForm
from valvomo.domain.records.values import Misfit, Trouble, Value, filled, missing
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChanged(Event):
    """New values of what changed; None leaves a detail as it is, and empties a field that is named.

    `undue` takes the due date away. `before` holds what stood there, by the names of `Record.touched`.
    """

    kind: ClassVar[str] = "record_changed"
    by_id: str
    subject: str | None = None
    priority: int | None = None
    status: str | None = None
    description: str | None = None
    due_at: datetime | None = None
    undue: bool = False
    fields: Mapping[str, Value | None] = field(default_factory=dict)
    before: Mapping[str, Value | None] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """What changed."""
        told = {name: getattr(self, name) for name in ("subject", "priority", "status", "description")}
        plain = [name for name, value in told.items() if value is not None]
        due = ["due_at"] if self.undue or self.due_at is not None else []
        return (*plain, *due, *(f"fields.{key}" for key in self.fields))

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Sets what was given, in the record's next revision."""
        record = conversation.record or Record()
        kept = {**record.fields, **self.fields}
        after = changed(
            record,
            self.names,
            status=record.status if self.status is None else self.status,
            description=record.description if self.description is None else self.description,
            due_at=None if self.undue else self.due_at or record.due_at,
            fields={key: value for key, value in kept.items() if value is not None},
        )
        return replace(
            conversation,
            record=after,
            subject=conversation.subject if self.subject is None else self.subject,
            priority=conversation.priority if self.priority is None else self.priority,
        )


def record_refusal(conversation: Conversation) -> Refusal | None:
    """It is a record, and not resolved yet."""
    if conversation.channel is not Channel.RECORD:
        return Refusal(Reason.NO_RECORD)
    facts = {"state": conversation.state.value}
    return Refusal(Reason.CLOSED, facts) if conversation.state is State.CLOSED else None


def change_record(
    conversation: Conversation, form: RecordForm, wanted: RecordChanged, *, revision: int
) -> tuple[Event, ...] | Refusal:
    """Change what differs from what is there; nothing where nothing does.

    `revision` is that of the record on which the change was thought out: what somebody has changed since is not
    overwritten.
    """
    if refusal := record_refusal(conversation):
        return refusal
    record = conversation.record or Record()
    kept, troubles = filled(form, wanted.fields, before=record.fields)
    after = {**record.fields, **kept}
    left = {key: value for key, value in after.items() if value is not None}
    emptied = {f"fields.{key}" for key, value in kept.items() if value is None and key in record.fields}
    troubles += [one for one in missing(form, left) if one.at in emptied]
    if wanted.subject is not None and not wanted.subject.strip():
        troubles.append(Trouble("subject", Misfit.NEEDED))
    if troubles:
        return unfit(troubles)
    change = _differing(conversation, record, replace(wanted, fields=kept))
    stale = [name for name in change.names if record.touched.get(name, 0) > revision]
    if stale:
        return Refusal(Reason.RECORD_CHANGED, {"changed": stale, "revision": record.revision})
    return (change,) if change.names else ()


def unfit(troubles: list[Trouble]) -> Refusal:
    """Everything that does not fit, with where."""
    errors = [{"at": one.at, "problem": one.misfit.value} for one in troubles]
    return Refusal(Reason.RECORD_UNFIT, {"errors": errors})


def _differing(conversation: Conversation, record: Record, wanted: RecordChanged) -> RecordChanged:
    """Only what is not so already, with what stands there now."""
    now: dict[str, Value | None] = {
        "subject": conversation.subject,
        "priority": conversation.priority,
        "status": record.status,
        "description": record.description,
    }
    same = {name: None for name, value in now.items() if getattr(wanted, name) == value}
    fields = {key: value for key, value in wanted.fields.items() if record.fields.get(key) != value}
    change = replace(
        wanted,
        **same,  # type: ignore[arg-type]
        due_at=None if wanted.due_at == record.due_at else wanted.due_at,
        undue=wanted.undue and record.due_at is not None,
        fields=fields,
    )
    now["due_at"] = record.due_at.isoformat() if record.due_at else None
    now.update({f"fields.{key}": record.fields.get(key) for key in fields})
    return replace(change, before={name: now[name] for name in change.names})
