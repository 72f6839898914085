"""Announcing: customers on channels are told, in their language, what those in a window of ours see by themselves."""

from __future__ import annotations

from datetime import datetime

from valvomo.db import dispatches
from valvomo.db.dispatches import HouseWords
from valvomo.db.ids import new_id
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.told import AGAIN, announced
from valvomo.protocol.texts.catalogue import text


async def announce(tx: Transaction, event: Event, conversation: Conversation, at: datetime) -> None:
    """Write what the customer is told of an event, if anything; it goes out behind what was written before it."""
    key = (conversation.organization_id, conversation.workstream_id)
    chosen = frozenset(await tx.value("house.announced", *key) or ())
    told = announced(event, conversation, chosen)
    if told is None:
        return
    said = told.text or text(conversation.language, ("told", told.code), {"name": told.name})
    words = HouseWords(
        organization_id=conversation.organization_id,
        conversation_id=conversation.id,
        id=new_id(),
        text=said,
        again=told.code in AGAIN,
    )
    await dispatches.write(tx, [words], at)
