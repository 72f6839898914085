"""Erasing: what was written in a closed conversation is taken out of it, and out of the facts that tell of it.

Words go; what happened stays. Which is which stands here, once, for the conversation and for each kind of fact, so
that a conversation without words is still the fold of its facts without words.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.ask import SupervisorAsked
from valvomo.domain.conversations.bots import REASONS, Escalated
from valvomo.domain.conversations.details import DetailsChanged
from valvomo.domain.conversations.ending import RecordResolved
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import Asked, ScheduledTransfer
from valvomo.domain.conversations.media import MediaChanged
from valvomo.domain.conversations.message import MessagePosted
from valvomo.domain.conversations.model import Conversation, Offer
from valvomo.domain.conversations.offers import (
    OfferAccepted,
    OfferExpired,
    OfferMade,
    OfferRejected,
    OfferWithdrawn,
)
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.record import Record
from valvomo.domain.conversations.record_change import RecordChanged
from valvomo.domain.conversations.scheduled import TransferDropped, TransferScheduled
from valvomo.domain.conversations.start import ConversationStarted

_WITH_AN_OFFER = (OfferMade, OfferAccepted, OfferRejected, OfferExpired, OfferWithdrawn)
_WITH_A_TRANSFER = (TransferScheduled, TransferDropped)
_OF_MESSAGES = (MessagePosted, MediaChanged)
WORDS_IN = (
    ConversationStarted, DetailsChanged, RecordChanged, RecordResolved, Queued, SupervisorAsked, Escalated,
    *_WITH_AN_OFFER, *_WITH_A_TRANSFER, *_OF_MESSAGES,
)  # fmt: skip
"""Kinds of facts that may hold words, or the digest of some."""
_WORDS_BEFORE = frozenset({"subject", "description"})
"""Details of a record that are words, with its fields; its status and its due date are none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenErased(Event):
    """What was written is gone, by the house's rule. `messages` and `files` count what there was.

    `facts` were relieved of their words, and `seal` is the digest of all of these as they are since then.
    """

    kind: ClassVar[str] = "written_erased"
    messages: int
    files: int
    facts: int
    seal: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """No words in it any more."""
        return without_words(conversation).but(erased_at=at)


def without_words(conversation: Conversation) -> Conversation:
    """The conversation as it would be had nobody written anything; at any time of its life."""
    escalation = conversation.escalation
    return conversation.but(
        subject="",
        answers={},
        context={},
        record=_record(conversation.record),
        offers=tuple(map(_offer, conversation.offers)),
        asked=_asked(conversation.asked),
        scheduled_transfer=_transfer(conversation.scheduled_transfer),
        escalation=None
        if escalation is None
        else replace(escalation, summary="", reason=_reason(escalation.reason)),
    )


def erased(event: Event) -> Event:
    """A fact without its words; itself where it has none."""
    match event:
        case ConversationStarted():
            return replace(event, subject="", answers={}, context={}, record=_record(event.record))
        case MessagePosted() | MediaChanged():
            return replace(event, digest="")
        case DetailsChanged():
            return replace(event, subject=_as_empty(event.subject))
        case RecordChanged():
            return _change(event)
        case RecordResolved():
            return replace(event, outcome="")
        case Queued() | SupervisorAsked():
            return replace(event, note=None)
        case Escalated():
            return replace(event, summary="", answers={}, reason=_reason(event.reason))
        case OfferMade() | OfferAccepted() | OfferRejected() | OfferExpired() | OfferWithdrawn():
            return replace(event, offer=_offer(event.offer))
        case TransferScheduled() | TransferDropped():
            return replace(event, transfer=replace(event.transfer, note=None))
        case _:
            return event


def _change(event: RecordChanged) -> RecordChanged:
    """That something changed stays; a field that was filled is emptied, which is what it is now."""
    return replace(
        event,
        subject=_as_empty(event.subject),
        description=_as_empty(event.description),
        fields=dict.fromkeys(event.fields),
        before={
            name: None if name in _WORDS_BEFORE or name.startswith("fields.") else value
            for name, value in event.before.items()
        },
    )


def _as_empty(words: str | None) -> str | None:
    return None if words is None else ""


def _reason(reason: str) -> str:
    """The house's codes stay; a bot's own words do not."""
    return reason if reason in REASONS else ""


def _record(record: Record | None) -> Record | None:
    return None if record is None else replace(record, description="", fields={}, outcome="")


def _offer(offer: Offer) -> Offer:
    return replace(offer, note=None)


def _transfer(transfer: ScheduledTransfer | None) -> ScheduledTransfer | None:
    return None if transfer is None else replace(transfer, note=None)


def _asked(asked: Asked | None) -> Asked | None:
    return None if asked is None else replace(asked, note=None, customer=_asked(asked.customer))
