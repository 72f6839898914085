"""Which templates there are to choose from in a conversation."""

from __future__ import annotations

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.template import Template
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.message_templates import MessageTemplateDocument
from valvomo.queries.conversations import seen


async def of_conversation(
    tx: Transaction, actor: Actor, conversation_id: str
) -> list[MessageTemplateDocument] | Refusal:
    """Those of its channel account, by name; none where it has no account, or its provider no templates."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    rows = await tx.rows("message_templates.all", actor.organization_id, conversation.account_id)
    return [_document(msgspec.convert(row["body"], Template)) for row in rows]


async def of_account(
    tx: Transaction, actor: Actor, account_id: str, *, allowed: bool
) -> list[MessageTemplateDocument] | Refusal:
    """Those of a channel account, by name, if the actor may begin over it."""
    if not allowed:
        return Refusal(Reason.NOT_FOUND)
    rows = await tx.rows("message_templates.all", actor.organization_id, account_id)
    return [_document(msgspec.convert(row["body"], Template)) for row in rows]


def _document(one: Template) -> MessageTemplateDocument:
    return MessageTemplateDocument(
        name=one.name,
        language=one.language,
        category=one.category,
        header=one.header,
        body=one.body,
        footer=one.footer,
        buttons=one.buttons,
        places=one.places,
    )
