"""The customer wrote into what was parked: the same agent goes on if they can, else the queue (T11, T12)."""

from __future__ import annotations

from valvomo.commands.work import Work
from valvomo.domain.conversations.customer import revived, unheard
from valvomo.domain.conversations.model import Conversation


async def revive(work: Work, conversation: Conversation) -> Conversation:
    """What a customer's message does to a waiting conversation."""
    owner = await work.lock_agent(conversation.owner_id or "")
    workstream = await work.workstream(conversation)
    queue = await work.queue_name(conversation.queue_id)
    return await work.record(conversation, revived(conversation, workstream, owner, queue, at=work.now))


async def hear(work: Work, conversation: Conversation) -> Conversation:
    """After an offer that nobody took: what the customer wrote meanwhile counts now."""
    return await revive(work, conversation) if unheard(conversation) else conversation
