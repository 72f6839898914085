"""As what somebody is in the call of a conversation: it follows from what they are in the conversation (spec 1 §1)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from valvomo.domain.calls.hearing import Leg, Part
from valvomo.domain.conversations.event import ongoing_call
from valvomo.domain.conversations.model import Conversation, Participant, Role

_NAMED = (Part.CUSTOMER, Part.AGENT, Part.SPEAKER, Part.CONSULT)
"""Who has several parts one after the other is named by the first of these."""


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


def part_in(recording_id: str, states: Iterable[Conversation], person_id: str) -> Part | None:
    """As what somebody is named in a recording: as what they were in it, and as the agent if they ever were that.

    `states` are those of the conversation, all or more than of the recording. None where they had no part in it.
    """
    had = {
        leg.part
        for one in states
        if one.call is not None and one.call.recording is not None and one.call.recording.id == recording_id
        if (leg := leg_of(one, person_id)) is not None
    }
    return next((one for one in _NAMED if one in had), None)


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
