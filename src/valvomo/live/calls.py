"""Who is in a call right now: a hint that is said again and again, judged where it is shown.

It travels over the bus from the process that carries the call, with ids alone; what a reader may know of follows from
the conversation as it is here, by the table of who is what in a call.
"""

from __future__ import annotations

import msgspec

from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.calls.hearing import Leg, Part
from valvomo.domain.calls.parts import leg_of
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.conversations.model import Conversation
from valvomo.protocol.calls import CallKeys, CallLeg, CallStatus
from valvomo.protocol.lookups import Lookups

CHANNEL = "call_status"
KEYS_CHANNEL = "call_keys"


class LegSignal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One way into the call: whose, and how it does. `quality` from 0 to 4, None while it is not known."""

    person_id: str
    connected: bool = False
    muted: bool = False
    speaking: bool = False
    quality: int | None = None


class CallSignal(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who is in a call now. `announcing`: the customer is told something before anybody else hears them."""

    organization_id: str
    conversation_id: str
    call_id: str
    legs: tuple[LegSignal, ...]
    announcing: bool = False


class KeysSignal(msgspec.Struct, frozen=True, kw_only=True):
    """The customer has pressed keys of their telephone. They may be a card's number: nobody keeps them."""

    organization_id: str
    conversation_id: str
    call_id: str
    keys: str


def call_keys(
    signal: KeysSignal, conversation: Conversation, reader: Actor, _lookups: Lookups
) -> CallKeys | None:
    """What was pressed, for the agent who serves the customer and nobody else."""
    call = ongoing_call(conversation)
    if call is None or call.id != signal.call_id or reader.id != conversation.owner_id:
        return None
    return CallKeys(call=call.id, keys=signal.keys)


def call_status(
    signal: CallSignal, conversation: Conversation, reader: Actor, lookups: Lookups
) -> CallStatus | None:
    """What this reader may know of it; None for the call of another time.

    Of who only listens know those who may know of monitoring; of who speaks to the agent alone, that agent too;
    customers know of neither, nor of a private consult. Everybody knows of themselves.
    """
    call = ongoing_call(conversation)
    if call is None or call.id != signal.call_id:
        return None
    legs = []
    for one in signal.legs:
        leg = leg_of(conversation, one.person_id)
        if leg is not None and _known(leg, conversation, reader, lookups):
            legs.append(_shown(one, leg, conversation, reader))
    return CallStatus(call=call.id, legs=tuple(legs), announcing=signal.announcing)


def _known(leg: Leg, conversation: Conversation, reader: Actor, lookups: Lookups) -> bool:
    if leg.id == reader.id:
        return True
    if reader.kind is ActorKind.CUSTOMER and leg.private:
        return False
    match leg.part:
        case Part.LISTENER:
            return lookups.knows(reader, conversation)
        case Part.WHISPERER:
            return reader.id == conversation.owner_id or lookups.knows(reader, conversation)
        case _:
            return True


def _shown(one: LegSignal, leg: Leg, conversation: Conversation, reader: Actor) -> CallLeg:
    customer = reader.kind is ActorKind.CUSTOMER
    beside = conversation.participant(leg.id)
    names = {
        conversation.contact_id: conversation.customer_name,
        conversation.owner_id: conversation.owner_name,
    }
    return CallLeg(
        id=None if customer else leg.id,
        you=leg.id == reader.id,
        name=(beside.name if beside else names.get(leg.id)) or "",
        part=leg.part,
        connected=one.connected,
        muted=one.muted,
        speaking=one.speaking,
        quality=one.quality,
    )
