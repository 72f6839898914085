"""Whether the customer of a conversation would be told what a supervisor does in it."""

from __future__ import annotations

from valvomo.db.calls import DEAD_SECONDS
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.told import OF_ACTS, untold
from valvomo.domain.refusals import Refusal
from valvomo.protocol.told import CustomerTold
from valvomo.queries import conversations


async def customer_told(tx: Transaction, actor: Actor, conversation_id: str) -> CustomerTold | Refusal:
    """By what is known now, as far as this actor may see the conversation."""
    one = await conversations.seen(tx, actor, conversation_id)
    if isinstance(one, Refusal):
        return one
    chosen = frozenset(await tx.value("house.announced", one.organization_id, one.workstream_id) or ())
    speaks = bool(await tx.value("telephones.speaks", one.organization_id, one.id, DEAD_SECONDS))
    why = {act: untold(code, one, chosen, speaks=speaks) for act, code in OF_ACTS.items()}
    return CustomerTold(acts={act: found.value if found else None for act, found in why.items()})
