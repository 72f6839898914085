"""What an event is, and the small changes that many events share.

An event is a fact about one conversation. It is written once and never changed; `apply` is how it changes the
conversation, and the only place that does. The time of the fact comes from outside.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import (
    SPOKEN,
    Channel,
    Conversation,
    Mode,
    Offer,
    OfferKind,
    Participant,
    Role,
    State,
)

_OF_SERVING = dict.fromkeys(("agent_gone", "bot", "call", "dial", "talk"))
"""Deadlines that end with whoever has it."""


class Event:
    """A past participle with data; a frozen dataclass defined in the file of its act."""

    __slots__ = ()
    kind: ClassVar[str]

    @property
    def silent(self) -> bool:
        """Whether agents and customers must not be able to notice that this happened (spec 1 §3 *Monitor*)."""
        return False

    @property
    def secret(self) -> bool:
        """Whether not even a gap in the journal's numbers may tell agents that something happened.

        So it is with whatever is silent, unless it happens to every conversation alike and so tells nothing.
        """
        return self.silent

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The conversation after this event."""
        raise NotImplementedError


def with_deadlines(conversation: Conversation, **due: datetime | None) -> Conversation:
    """Set (or with None remove) deadlines by name."""
    kept = {name: at for name, at in conversation.deadlines.items() if name not in due}
    kept.update({name: at for name, at in due.items() if at is not None})
    return conversation.but(deadlines=kept)


def without_offer(conversation: Conversation, offer_id: str) -> Conversation:
    """Take one offer away, and with it its deadline and the units that it held."""
    gone = next((offer for offer in conversation.offers if offer.id == offer_id), None)
    if gone is None:
        return conversation
    left = tuple(offer for offer in conversation.offers if offer.id != offer_id)
    changed = conversation.but(offers=left, holds=_freed(conversation, gone))
    return with_offer_deadlines(changed)


def with_offer(conversation: Conversation, offer: Offer) -> Conversation:
    """Add an offer; the agent pays its units from now on."""
    holds = dict(conversation.holds)
    if offer.units:
        holds[offer.agent_id] = offer.units
    return with_offer_deadlines(conversation.but(offers=(*conversation.offers, offer), holds=holds))


def with_offer_deadlines(conversation: Conversation) -> Conversation:
    """One deadline for the offer to become primary, one for the next consult offer to expire."""
    offer = conversation.offer
    consults = [one.expires_at for one in conversation.offers if one.kind is OfferKind.CONSULT]
    return with_deadlines(
        conversation,
        **{
            Deadline.OFFER: offer.expires_at if offer else None,
            Deadline.CONSULT_OFFER: min(consults, default=None),
        },
    )


def with_participant(conversation: Conversation, one: Participant) -> Conversation:
    """Add somebody, or change as what they take part."""
    others = tuple(other for other in conversation.participants if other.id != one.id)
    return conversation.but(participants=(*others, one))


def without_participant(conversation: Conversation, person_id: str) -> Conversation:
    """Take somebody out."""
    left = tuple(other for other in conversation.participants if other.id != person_id)
    return conversation.but(participants=left)


def call_of(conversation: Conversation) -> Call | None:
    """The call that it is in, or that its customer is asked to come into.

    What began as a call is in it until it ends.
    """
    if conversation.call is not None:
        return conversation.call
    if conversation.channel not in SPOKEN or conversation.state not in (State.OPEN, State.ACTIVE):
        return None
    video = conversation.mode is Mode.VIDEO
    return Call(id=conversation.id, video=video, since=conversation.created_at)


def ongoing_call(conversation: Conversation) -> Call | None:
    """The call that people can be in right now, see `Call.going_on`."""
    call = call_of(conversation)
    return call if call is not None and call.going_on else None


def postponed_until(conversation: Conversation) -> datetime | None:
    """When its customer, who was not reached, is to be called again: nobody is asked to take it before that.

    None where that is not so, or not any more.
    """
    return conversation.deadlines.get(Deadline.RECALL)


def without_call(conversation: Conversation) -> Conversation:
    """No call any more: text again, unless it never was; nobody coaches, and nobody is asked.

    Nobody has to come back to it either; in a live chat they do, call or no call.
    """
    quiet = tuple(replace(one, coaching=False) if one.coaching else one for one in conversation.participants)
    mode = conversation.mode if conversation.channel in SPOKEN else Mode.TEXT
    waits = conversation.deadlines.get("reconnect") if conversation.channel is Channel.LIVE_CHAT else None
    return with_deadlines(
        conversation.but(call=None, mode=mode, participants=quiet), call=None, reconnect=waits
    )


def put_aside(conversation: Conversation, at: datetime) -> Conversation:
    """Waiting with its owner, at no cost; monitors may stay, everybody else is out, and nothing is offered or asked."""
    changed = replace(
        conversation,
        state=State.WAITING,
        waiting_at=at,
        holds={},
        excess_units=0,
        offers=(),
        participants=tuple(one for one in conversation.participants if one.role is Role.MONITOR),
    )
    return with_deadlines(with_offer_deadlines(changed), agent_gone=None, talk=None)


def back_in_queue(
    conversation: Conversation, queue_id: str, at: datetime, auto_close: datetime | None
) -> Conversation:
    """Open again without an owner. The place in the queue is kept; another queue starts its own session wait.

    With a bot it has not been in a queue yet: its wait, and that for a first response, begins now (spec 1 §8).
    Nobody stays in it: monitoring and consulting need a conversation that is being served. When a customer is to be
    called again does not depend on the queue, and the auto-close time begins after that; an owner has called them.
    """
    moved = queue_id != conversation.queue_id
    call = conversation.call
    again = moved or conversation.owner_id or conversation.bot_id
    changed = replace(
        conversation,
        state=State.OPEN,
        queue_id=queue_id,
        queued_at=at if conversation.bot_id else conversation.queued_at,
        session_queued_at=at if again else conversation.session_queued_at,
        owner_id=None,
        owner_name=None,
        bot_id=None,
        bot_name=None,
        bot_paused=None,
        first_response_at=None if conversation.bot_id else conversation.first_response_at,
        accepted_at=None,
        waiting_at=None,
        offers=(),
        holds={},
        excess_units=0,
        declines={} if moved else conversation.declines,
        orphaned=False if moved else conversation.orphaned,
        participants=(),
        scheduled_transfer=None,
        # Who asked the customer is gone, and nobody is there who could take them off hold.
        call=None if call is None or call.asked else replace(call, held_since=None),
    )
    later = None if conversation.owner_id else postponed_until(conversation)
    due = {"auto_close": None if later else auto_close, "recall": later}
    return with_deadlines(with_offer_deadlines(changed), **due, **_OF_SERVING)


def closed(conversation: Conversation, at: datetime, closed_as: str) -> Conversation:
    """Final: nobody holds it, nothing is pending, nothing will fire, no call goes on."""
    return replace(
        conversation,
        state=State.CLOSED,
        mode=conversation.mode if conversation.channel in SPOKEN else Mode.TEXT,
        call=None,
        closed_at=at,
        closed_as=closed_as,
        offers=(),
        holds={},
        participants=(),
        deadlines={},
        scheduled_transfer=None,
        orphaned=False,
        asked=None,
        muted=None,
        pinned=None,
        unanswered_since=None,
    )


def _freed(conversation: Conversation, gone: Offer) -> dict[str, int]:
    if gone.kind is OfferKind.CONSULT or gone.agent_id == conversation.owner_id:
        return dict(conversation.holds)
    return {agent: units for agent, units in conversation.holds.items() if agent != gone.agent_id}
