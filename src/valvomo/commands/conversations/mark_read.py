"""Mark read: one side has seen what the other has written; noted beside the journal, since nothing follows from it."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations, widgets
from valvomo.domain.conversations.reading import reads_as
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(Command):
    """Up to this number of the customer's."""

    conversation_id: str
    seq: int


@handles(MarkRead)
async def mark_read(work: Work, command: MarkRead) -> Outcome:
    """By whoever speaks for a side; never beyond what there is."""
    conversation = await conversations.get(work.tx, work.organization_id, command.conversation_id)
    side = None if conversation is None else reads_as(work.actor, conversation)
    if conversation is None or side is None:
        return Refusal(Reason.NOT_FOUND)
    read = (side.value, min(command.seq, conversation.public_seq))
    news = await widgets.mark_read(work.tx, (work.organization_id, conversation.id), read, work.now)
    return {"news": news}
