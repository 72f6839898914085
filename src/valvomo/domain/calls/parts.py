"""As what somebody is in the call of a conversation: it follows from what they are in the conversation (spec 1 §1)."""

from __future__ import annotations

from dataclasses import replace

from valvomo.domain.calls.hearing import Leg, Part
from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.event import call_of
from valvomo.domain.conversations.model import Conversation, Participant, Role


def ongoing(conversation: Conversation) -> Call | None:
    """The call that people can be in right now; one that its customer is only asked to come into is none."""
    call = call_of(conversation)
    return None if call is None or call.asked else call


def leg_of(conversation: Conversation, person_id: str, *, muted: bool = False) -> Leg | None:
    """The way on which this person may be in the call; None where they have no part in it, or there is none."""
    if ongoing(conversation) is None:
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
