"""Links: a record belongs to conversations and to other records, and is found from both sides (spec 1 §1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Channel, Conversation, State
from valvomo.domain.conversations.record_change import record_refusal
from valvomo.domain.refusals import Reason, Refusal

MAX_LINKS = 100
"""Of one conversation or record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Linked(Event):
    """It is linked with another one from now on; of two, each has this fact that is not closed.

    Of the other one it says no more than what it is: who reads this may not be allowed to see that one.
    """

    kind: ClassVar[str] = "linked"
    other_id: str
    channel: Channel
    by_id: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Links stand in a table of their own, where both sides find them."""
        return conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Unlinked(Event):
    """It is linked with another one no more."""

    kind: ClassVar[str] = "unlinked"
    other_id: str
    channel: Channel
    by_id: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Links stand in a table of their own."""
        return conversation


def link_refusal(record: Conversation, other: Conversation) -> Refusal | None:
    """A record that is not resolved is linked with whatever else there is, but not with itself."""
    if refusal := record_refusal(record):
        return refusal
    return Refusal(Reason.LINK_TO_ITSELF) if record.id == other.id else None


def link(record: Conversation, other: Conversation, by_id: str) -> tuple[list[Event], list[Event]]:
    """What happens to the record, and to the other one."""
    return _both(Linked, record, other, by_id)


def unlink(record: Conversation, other: Conversation, by_id: str) -> tuple[list[Event], list[Event]]:
    """The same of a link that is taken away."""
    return _both(Unlinked, record, other, by_id)


def _both(
    kind: type[Linked | Unlinked], record: Conversation, other: Conversation, by_id: str
) -> tuple[list[Event], list[Event]]:
    """What is closed stays as it is: the other side tells of it."""
    sides: list[list[Event]] = [
        []
        if one.state is State.CLOSED
        else [
            kind(
                other_id=far.id,
                channel=far.channel,
                by_id=by_id,
            )
        ]
        for one, far in ((record, other), (other, record))
    ]
    return sides[0], sides[1]
