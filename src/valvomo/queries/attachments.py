"""Which files somebody may know of: those of messages that they may read, and their own that no message has yet."""

from __future__ import annotations

from collections.abc import Sequence

from valvomo.channels.abilities import files_by
from valvomo.db import attachments, conversations
from valvomo.db.attachments import upload_of
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import may_see, read_refusal
from valvomo.domain.attachments.attached import Upload
from valvomo.domain.attachments.limits import NOTHING, Ability, Allowance, Limits, allowance
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries.conversations import seen
from valvomo.queries.customers import Guest


async def of_house(
    tx: Transaction, actor: Actor, conversation_id: str, ids: Sequence[str]
) -> list[Upload] | Refusal:
    """Of a conversation that this actor may read, as they read its words."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := read_refusal(actor, conversation):
        return refusal
    rows = await tx.rows("attachments.of_house", actor.organization_id, conversation_id, list(ids), actor.id)
    return [upload_of(row) for row in rows]


async def allowed(
    tx: Transaction, actor: Actor, conversation_id: str, *, public: bool
) -> Allowance | Refusal:
    """What may go with a message that this actor is writing there."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    key = (actor.organization_id, conversation.id)
    limits = (await attachments.limits(tx, [key])).get(key, Limits())
    ability: Ability | None = None
    if conversation.account_id is not None:
        row = await tx.row("channels.account", actor.organization_id, conversation.account_id)
        ability = files_by(row["provider"], row["settings"]) if row else NOTHING
    return allowance(limits, conversation.channel, ability, public=public)


async def of_customer(tx: Transaction, guest: Guest, ids: Sequence[str]) -> list[Upload]:
    """Of public messages, and the customer's own: what is internal is not within reach."""
    rows = await tx.rows(
        "attachments.of_customer", guest.organization_id, guest.conversation_id, list(ids), guest.actor.id
    )
    return [upload_of(row) for row in rows]


async def of_bot(
    tx: Transaction, bot: Actor, conversation_id: str, ids: Sequence[str]
) -> list[Upload] | Refusal:
    """Of public messages of a conversation that the bot has, and its own."""
    conversation = await conversations.get(tx, bot.organization_id, conversation_id)
    if conversation is None or not may_see(bot, conversation):
        return Refusal(Reason.NOT_FOUND)
    rows = await tx.rows("attachments.of_customer", bot.organization_id, conversation_id, list(ids), bot.id)
    return [upload_of(row) for row in rows]


async def opened(tx: Transaction, organization_id: str, file_id: str) -> Upload | None:
    """The file that a good link opens, unless it is gone."""
    row = await tx.row("attachments.opened", organization_id, file_id)
    return upload_of(row) if row else None
