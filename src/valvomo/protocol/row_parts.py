"""Parts of a conversation's row that need nothing but themselves: participants, consent."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.domain.conversations.model import Participant


class ParticipantItem(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody beside primary and customer. `public`: the customer knows of them."""

    id: str
    name: str
    role: str
    public: bool
    since: datetime


class ConsentItem(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked of the customer and what they said."""

    policy: str
    answer: bool | None


def participant_item(one: Participant) -> ParticipantItem:
    """Somebody who takes part."""
    return ParticipantItem(id=one.id, name=one.name, role=one.role.value, public=one.public, since=one.since)
