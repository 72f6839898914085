"""Messages for the house: read on from a number, missing nothing (spec 1 §6)."""

from __future__ import annotations

from typing import Any

from valvomo.db.messages import attached, media, spoken_of
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.refusals import Refusal
from valvomo.protocol.attachments import message_attachments, message_media
from valvomo.protocol.messages import Author, MessageItem, spoken_item
from valvomo.protocol.pages import Page
from valvomo.queries.conversations import seen


async def after(
    tx: Transaction, actor: Actor, conversation_id: str, *, seq: int, limit: int
) -> Page[MessageItem] | Refusal:
    """At most `limit` messages that follow `seq`; `next` is the number to go on from while there are more."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := read_refusal(actor, conversation):
        return refusal
    rows = await tx.rows("messages.all_after", actor.organization_id, conversation_id, seq, limit + 1)
    items = [item(row, actor) for row in rows[:limit]]
    return Page(items=items, next=str(items[-1].seq) if len(rows) > limit else None)


def item(row: Any, reader: Actor) -> MessageItem:
    """A message as this reader is shown it: a row of either table, or what posting it has answered."""
    mine = row["author_id"] == reader.id
    return MessageItem(
        id=row["id"],
        seq=row["seq"],
        author=Author(id=row["author_id"], name=row["author_name"], role=row["author_role"]),
        visibility=row["visibility"],
        text=row["text"],
        at=row["at"],
        attachments=message_attachments(attached(row["attachments"], public=row["public_seq"] is not None)),
        media=message_media(media(row.get("media")) or (), reader.language),
        html=bool(row.get("html")),
        spoken=spoken_item(spoken_of(row.get("spoken"))),
        client_id=row["client_id"] if mine else None,
        delivery=row.get("delivery"),
        delivery_problem=row.get("delivery_problem"),
    )
