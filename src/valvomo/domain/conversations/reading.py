"""Reading: each side sees how far the other has read, where that is known. Nothing is decided by it."""

from __future__ import annotations

from enum import StrEnum

from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.conversations.model import Conversation, Role


class Side(StrEnum):
    """Who has read."""

    CUSTOMER = "customer"
    HOUSE = "house"


def reads_as(actor: Actor, conversation: Conversation) -> Side | None:
    """For which side somebody reads; None for whoever only watches, of whom the customer must not notice anything."""
    if actor.kind is ActorKind.CUSTOMER:
        return Side.CUSTOMER if actor.conversation_id == conversation.id else None
    if actor.kind is not ActorKind.USER:
        return None
    one = conversation.participant(actor.id)
    role = conversation.role_of(actor.id)
    speaks = role in (Role.PRIMARY, Role.SUPERVISOR) or (
        role is Role.CONSULT and one is not None and one.public
    )
    return Side.HOUSE if speaks else None


def read_to(side: Side, conversation: Conversation, seq: int) -> int:
    """The customer's number up to which a side has read that says so in its own.

    The house counts what is internal too: it has read everything, or how far is not known (0).
    """
    if side is Side.CUSTOMER:
        return min(seq, conversation.public_seq)
    return conversation.public_seq if seq >= conversation.seq else 0
