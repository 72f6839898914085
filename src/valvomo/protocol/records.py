"""Records as they are shown: in lists, in whole, their forms, their links."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.conversations.record import Record
from valvomo.domain.conversations.record_status import phase_of
from valvomo.domain.records.form import Field, Phase, Status
from valvomo.domain.records.values import Value
from valvomo.protocol.lookups import Named


class RecordItem(Struct, frozen=True, kw_only=True):
    """What lists show of a record. `status` is None for the usual one of its `phase`; `key` is another system's."""

    phase: Phase
    status: str | None
    due_at: datetime | None
    key: str | None
    revision: int


class RecordDetails(Struct, frozen=True, kw_only=True):
    """The rest of a record. `fields` by their keys in the form of its workstream; what is empty is not there."""

    description: str
    fields: Mapping[str, Value]
    outcome: str


class RecordFormDocument(Struct, frozen=True, kw_only=True):
    """The form of the records of a workstream. `version` counts its changes: 0 is the standard form."""

    workstream: Named
    version: int
    fields: tuple[Field, ...]
    statuses: tuple[Status, ...]


class LinkItem(Struct, frozen=True, kw_only=True):
    """Something that a record, or a conversation, is linked with. `record` is None where that is a conversation."""

    id: str
    channel: str
    state: str
    customer: Named
    subject: str
    agent: Named | None
    created_at: datetime
    record: RecordItem | None
    workstream: Named
    by: Named
    at: datetime


class LinkList(Struct, frozen=True, kw_only=True):
    """All links, the newest first; `hidden` ones are with what this reader may not see."""

    items: list[LinkItem]
    hidden: int


def record_item(conversation: Conversation) -> RecordItem | None:
    """What lists show of it; None for what is no record."""
    if conversation.channel is not Channel.RECORD:
        return None
    record = conversation.record or Record()
    return RecordItem(
        phase=phase_of(conversation),
        status=record.status,
        due_at=record.due_at,
        key=record.key,
        revision=record.revision,
    )


def record_details(conversation: Conversation) -> RecordDetails | None:
    """The rest of it."""
    if conversation.channel is not Channel.RECORD:
        return None
    record = conversation.record or Record()
    return RecordDetails(description=record.description, fields=record.fields, outcome=record.outcome)
