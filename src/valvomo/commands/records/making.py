"""What a new record is made with: details and fields by its workstream's form, its key, its first links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from valvomo.commands.records.linking import linked
from valvomo.commands.work import Work
from valvomo.db import records
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.conversations.record import Record
from valvomo.domain.conversations.record_change import unfit
from valvomo.domain.records.form import Phase, RecordForm
from valvomo.domain.records.values import Misfit, Trouble, Value, filled, missing
from valvomo.domain.refusals import Reason, Refusal

if TYPE_CHECKING:
    from valvomo.commands.conversations.start import StartConversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is said of a record when it is made.

    `key` is what another system calls it: a second one with the same key is refused. `links` are ids of
    conversations and records that it belongs to.
    """

    description: str = ""
    due_at: datetime | None = None
    status: str | None = None
    key: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    links: tuple[str, ...] = ()


async def drafted(work: Work, command: StartConversation, workstream_id: str) -> Record | Refusal | None:
    """The record that the new conversation begins with; None where it is none."""
    if command.channel is not Channel.RECORD:
        return Refusal(Reason.NO_RECORD) if command.record is not None else None
    draft = command.record or Draft()
    form = await records.form(work.tx, work.organization_id, workstream_id)
    record = record_of(form, draft)
    if isinstance(record, list):
        return unfit(record)
    return record


def record_of(form: RecordForm, draft: Draft) -> Record | list[Trouble]:
    """The record as it begins, or everything that does not fit."""
    kept, troubles = filled(form, draft.fields, before={})
    values: dict[str, Value] = {key: value for key, value in kept.items() if value is not None}
    refused = {one.at for one in troubles}
    troubles += [one for one in missing(form, values) if one.at not in refused]
    status = form.status(draft.status) if draft.status else None
    if draft.status and (status is None or status.retired or status.phase is not Phase.OPEN):
        troubles.append(Trouble("status", Misfit.NOT_STATUS))
    if troubles:
        return troubles
    return Record(
        description=draft.description,
        due_at=draft.due_at,
        status=draft.status,
        key=draft.key,
        fields=values,
    )


async def key_refusal(
    work: Work, workstream_id: str, key: str | None, conversation_id: str
) -> Refusal | None:
    """The key is this record's from now on, unless another one has it."""
    if key is None:
        return None
    holder = await work.tx.value(
        "records.take_key", work.organization_id, workstream_id, key, conversation_id
    )
    # A holder whom this transaction cannot see yet has just come to be.
    return (
        None
        if holder == conversation_id
        else Refusal(Reason.RECORD_KEY_TAKEN, {"key": key, "record": holder})
    )


async def first_links(work: Work, record: Conversation, others: tuple[str, ...]) -> Conversation | Refusal:
    """The new record with its links."""
    for other in sorted(set(others)):
        after = await linked(work, record, other, new=True)
        if isinstance(after, Refusal):
            return after
        record = after
    return record
