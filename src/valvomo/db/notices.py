"""What a customer was told of their conversation: lines made of its facts, without reading its messages."""

from __future__ import annotations

from valvomo.db import journal
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.told import told_customer
from valvomo.protocol.customer import PublicNotice, public_notice


async def of_conversation(
    tx: Transaction, organization_id: str, conversation_id: str
) -> tuple[PublicNotice, ...]:
    """Every line so far, numbered from 1."""
    told = [
        (line, fact.at, seen)
        for fact, seen in await journal.but_messages(tx, organization_id, conversation_id)
        if isinstance(fact.event, Event) and (line := told_customer(fact.event)) is not None
    ]
    return tuple(public_notice(number, *one) for number, one in enumerate(told, start=1))
