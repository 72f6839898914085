"""As what somebody is in the call of a conversation: it follows from what they are in the conversation (spec 1 §1)."""

from __future__ import annotations

from dataclasses import replace

from valvomo.domain.calls.hearing import Leg, Part
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.conversations.model import Conversation, Participant, Role


def leg_of(conversation: Conversation, person_id: str, *, muted: bool = False) -> Leg | None:
    """The way on which this person may be in the call; None where they have no part in it, or there is none."""
    if ongoing_call(conversation) is None:
        return None
    if person_id == conversation.contact_id:
        leg: Leg | None = Leg(id=person_id, part=Part.CUSTOMER)
    elif person_id == conversation.owner_id:
        leg = Leg(id=person_id, part=Part.AGENT)
    else:
        one = conversation.participant(person_id)
        leg = _beside(one) if one is not None else None
    return replace(leg, muted=muted) if leg is not None else None


def _beside(one: Participant) -> Leg | None:
    match one.role:
        case Role.CONSULT:
            return Leg(id=one.id, part=Part.CONSULT, private=not one.public)
        case Role.MONITOR:
            return Leg(id=one.id, part=Part.WHISPERER if one.coaching else Part.LISTENER)
        case Role.SUPERVISOR:
            return Leg(id=one.id, part=Part.SPEAKER)
        case _:
            return None
