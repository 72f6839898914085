"""Parts of a conversation's row that need nothing but themselves: attention, participants, consent."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.domain.attention.parts import Part
from valvomo.domain.conversations.model import Participant


class AttentionItem(msgspec.Struct, frozen=True, kw_only=True, rename={"since": "from"}):
    """A part of the attention score: 0 before `from`, then min(`cap`, `base` + `per_minute` x minutes since)."""

    name: str
    base: float
    per_minute: float
    since: datetime | None
    cap: float | None


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


def attention_item(part: Part) -> AttentionItem:
    """A part of the score."""
    return AttentionItem(
        name=part.name, base=part.base, per_minute=part.per_minute, since=part.since, cap=part.cap
    )


def participant_item(one: Participant) -> ParticipantItem:
    """Somebody who takes part."""
    return ParticipantItem(id=one.id, name=one.name, role=one.role.value, public=one.public, since=one.since)
