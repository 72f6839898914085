"""Offers: asking an agent, and what becomes of it: accepted, rejected, expired, withdrawn (T2, T4, T5, T10)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.event import (
    Event,
    back_in_queue,
    postponed_until,
    with_deadlines,
    with_offer,
    with_offer_deadlines,
    with_participant,
    without_offer,
    without_participant,
)
from valvomo.domain.conversations.model import Conversation, Offer, OfferKind, Participant, Role, State
from valvomo.domain.conversations.monitor import MonitorStopped
from valvomo.domain.refusals import Reason, Refusal

MAX_DECLINES = 3
"""So often an agent may reject or miss the same conversation before it is not offered to them again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferMade(Event):
    """An agent was asked. An open conversation is active·offered from now on."""

    kind: ClassVar[str] = "offer_made"
    offer: Offer

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The offer is pending; as primary it takes an open conversation out of the queue.

        Whoever was to be called again later is to be called now: that is what a supervisor assigns them for.
        """
        changed = with_offer(conversation, self.offer)
        if self.offer.kind is OfferKind.CONSULT or conversation.state is not State.OPEN:
            return changed
        changed = replace(changed, state=State.ACTIVE, excess_units=self.offer.excess_units, orphaned=False)
        if postponed_until(conversation) is not None:
            changed = replace(changed, session_queued_at=at)
        return with_deadlines(changed, auto_close=None, recall=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferAccepted(Event):
    """The agent said yes: primary now, or consult if that was asked. `auto` when the workstream accepts for them."""

    kind: ClassVar[str] = "offer_accepted"
    offer: Offer
    auto: bool = False

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Consult joins; otherwise the agent becomes primary and a former primary becomes consult or leaves.

        Who had parked it was its primary no less than who was talking (spec 1 §3 c).
        """
        offer = self.offer
        changed = without_offer(conversation, offer.id)
        if offer.kind is OfferKind.CONSULT:
            one = Participant(
                id=offer.agent_id, name=offer.agent_name, role=Role.CONSULT, since=at, public=offer.public
            )
            return with_participant(changed, one)
        return self._become_primary(conversation, changed, at)

    def _become_primary(self, before: Conversation, changed: Conversation, at: datetime) -> Conversation:
        offer = self.offer
        changed = without_participant(changed, offer.agent_id)
        if before.owner_id and before.owner_name and offer.stay:
            former = Participant(id=before.owner_id, name=before.owner_name, role=Role.CONSULT, since=at)
            changed = with_participant(changed, former)
        return owned(
            replace(changed, transfers=changed.transfers + (offer.kind is OfferKind.TRANSFER)),
            (offer.agent_id, offer.agent_name),
            units=(offer.units, offer.excess_units),
            at=at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRejected(Event):
    """The agent said no. With an owner the owner keeps it, else it is open again at its old place."""

    kind: ClassVar[str] = "offer_rejected"
    offer: Offer
    reason: str | None = None
    auto_close_at: datetime | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Counts as a decline."""
        return _unanswered(_declined(conversation, self.offer), self.offer, at, self.auto_close_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferExpired(Event):
    """The agent did not answer in time; as with a rejection, and the agent becomes inactive."""

    kind: ClassVar[str] = "offer_expired"
    offer: Offer
    auto_close_at: datetime | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Counts as a decline."""
        return _unanswered(_declined(conversation, self.offer), self.offer, at, self.auto_close_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(Event):
    """The offer no longer stands and the agent is not to blame.

    `cause`: `connection_lost`, `not_serving`, `transferred`, or what became of the conversation meanwhile: `queued`,
    `parked`, `ended`, `taken_over`.
    """

    kind: ClassVar[str] = "offer_withdrawn"
    offer: Offer
    cause: str
    auto_close_at: datetime | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """No decline is counted."""
        return _unanswered(conversation, self.offer, at, self.auto_close_at)


def answer_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Why this agent cannot accept or reject now."""
    if conversation.offer_to(agent_id) is not None:
        return None
    facts = {"state": conversation.state.value, "owner": conversation.owner_name}
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, facts)
    return Refusal(Reason.OFFER_GONE if conversation.declines.get(agent_id) else Reason.NO_OFFER, facts)


def accept(agent_id: str, conversation: Conversation, *, auto: bool = False) -> tuple[Event, ...] | Refusal:
    """The agent takes what was offered to them (T4, T10); whoever monitored it monitors no more."""
    offer = conversation.offer_to(agent_id)
    if offer is None:
        return answer_refusal(agent_id, conversation) or Refusal(Reason.NO_OFFER)
    return (*_no_longer_unseen(agent_id, conversation), OfferAccepted(offer=offer, auto=auto))


def reject(
    agent_id: str, conversation: Conversation, reason: str | None, auto_close_at: datetime | None
) -> tuple[Event, ...] | Refusal:
    """The agent declines what was offered to them (T5)."""
    offer = conversation.offer_to(agent_id)
    if offer is None:
        return answer_refusal(agent_id, conversation) or Refusal(Reason.NO_OFFER)
    return (OfferRejected(offer=offer, reason=reason, auto_close_at=auto_close_at),)


def expire(conversation: Conversation, at: datetime, auto_close_at: datetime | None) -> tuple[Event, ...]:
    """Every offer whose time is over (T5)."""
    return tuple(
        OfferExpired(offer=offer, auto_close_at=auto_close_at)
        for offer in conversation.offers
        if offer.expires_at <= at
    )


def owned(
    conversation: Conversation, agent: tuple[str, str], *, units: tuple[int, int], at: datetime
) -> Conversation:
    """Active with this agent (`id`, `name`) as primary, who pays (`units`, of which `excess`) alone from now on."""
    changed = replace(
        conversation,
        state=State.ACTIVE,
        owner_id=agent[0],
        owner_name=agent[1],
        holds={agent[0]: units[0], **{one.agent_id: one.units for one in conversation.offers if one.units}},
        excess_units=units[1],
        accepted_at=at,
        first_accepted_at=conversation.first_accepted_at or at,
        waiting_at=None,
        orphaned=False,
        declines={},
        overflowed=(),
        served_by=tuple(dict.fromkeys((*conversation.served_by, agent[0]))),
    )
    call = changed.call
    wanted = call is not None and call.telephone is not None and call.telephone.line is Line.WANTED
    # Whoever is to be called is called as soon as somebody is there who speaks to them.
    over = dict.fromkeys(("auto_close", "agent_gone", "recall", "talk"))
    due = {**over, **({"dial": at} if wanted else {})}
    return with_deadlines(with_offer_deadlines(changed), **due)


def _no_longer_unseen(agent_id: str, conversation: Conversation) -> tuple[Event, ...]:
    one = conversation.participant(agent_id)
    if one is None or one.role is not Role.MONITOR:
        return ()
    return (
        MonitorStopped(supervisor_id=one.id, supervisor_name=one.name, shown=one.shown, cause="taking_part"),
    )


def _declined(conversation: Conversation, offer: Offer) -> Conversation:
    if offer.kind is OfferKind.CONSULT:
        return conversation
    count = conversation.declines.get(offer.agent_id, 0) + 1
    return replace(conversation, declines={**conversation.declines, offer.agent_id: count})


def _unanswered(
    conversation: Conversation, offer: Offer, at: datetime, auto_close_at: datetime | None
) -> Conversation:
    changed = without_offer(conversation, offer.id)
    if (
        changed.state is State.ACTIVE
        and not changed.owner_id
        and not changed.bot_id
        and changed.offer is None
    ):
        return back_in_queue(changed, changed.queue_id, at, auto_close_at)
    return changed
