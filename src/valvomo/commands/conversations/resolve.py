"""Resolve a record: its end, with what it came to (T15)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import house, records
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations.dispositions import disposition_refusal
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.resolve import Resolution, resolve
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveRecord(Command):
    """Resolve what one serves."""

    conversation_id: str
    resolution: Resolution


@handles(ResolveRecord)
async def resolve_record(work: Work, command: ResolveRecord) -> Outcome:
    """Closed; no wrap-up follows."""
    conversation = await work.lock_for(command.conversation_id, Act.END)
    if isinstance(conversation, Refusal):
        return conversation
    return await resolved(work, conversation, command.resolution)


async def resolved(work: Work, conversation: Conversation, resolution: Resolution) -> Outcome:
    """The locked record, resolved."""
    if refusal := await unknown_disposition(work, conversation, resolution.disposition):
        return refusal
    form = await records.form(work.tx, work.organization_id, conversation.workstream_id)
    return await work.decide(conversation, resolve(work.actor.id, conversation, form, resolution))


async def unknown_disposition(work: Work, conversation: Conversation, code: str | None) -> Refusal | None:
    """Why the conversation cannot have come to this code; None where there is no code."""
    if not code:
        return None
    configured = await house.dispositions(work.tx, work.organization_id)
    return disposition_refusal(code, conversation.queue_id, configured)
