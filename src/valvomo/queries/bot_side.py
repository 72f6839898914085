"""What a bot may ask: the public side of its own conversations, built from public messages alone."""

from __future__ import annotations

from valvomo.db import conversations, house
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import may_see
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.bot_side import BotConversation, BotConversations, BotMessages, bot_conversation
from valvomo.queries import customers
from valvomo.queries.customers import Guest


async def ongoing(tx: Transaction, bot: Actor, *, after: str, limit: int) -> BotConversations:
    """Its ongoing conversations in order of their making."""
    rows = await tx.rows("bots.ongoing", bot.organization_id, bot.id, after, limit + 1)
    found = [conversations.decode(row) for row in rows[:limit]]
    items = [bot_conversation(one, await _queue(tx, one)) for one in found]
    return BotConversations(items=items, next=items[-1].id if len(rows) > limit else None)


async def conversation(tx: Transaction, bot: Actor, conversation_id: str) -> BotConversation | Refusal:
    """One of its own."""
    found = await _own(tx, bot, conversation_id)
    return found if isinstance(found, Refusal) else bot_conversation(found, await _queue(tx, found))


async def messages(
    tx: Transaction, bot: Actor, conversation_id: str, *, after: int, limit: int
) -> BotMessages | Refusal:
    """What the customer of one of its own can read, after their number `after`."""
    found = await _own(tx, bot, conversation_id)
    if isinstance(found, Refusal):
        return found
    rows = await tx.rows("messages.public_after", bot.organization_id, conversation_id, after, limit)
    reader = Guest(actor=bot, origins=())
    return BotMessages(items=[customers.message(row, reader) for row in rows])


async def _own(tx: Transaction, bot: Actor, conversation_id: str) -> Conversation | Refusal:
    found = await conversations.get(tx, bot.organization_id, conversation_id)
    return found if found is not None and may_see(bot, found) else Refusal(Reason.NOT_FOUND)


async def _queue(tx: Transaction, conversation: Conversation) -> str:
    queue = await house.queue(
        tx, conversation.organization_id, conversation.queue_id, conversation.created_at
    )
    return queue.name if queue else ""
