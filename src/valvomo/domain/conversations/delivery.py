"""Delivery: how far a public message has come on its way to the customer over a channel, which never goes back.

`failed` is not the end: a provider that said so may yet report the message as delivered, which wins, for the customer
has it. So the states have one order, and what several reports say of a message is the greatest of them, in whatever
order and however often they come.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import Undelivered
from valvomo.domain.conversations.model import Conversation

MOST_UNDELIVERED = 100
"""So many of its messages a conversation knows to be undelivered."""


class Delivery(StrEnum):
    """From us to the provider, to the customer's device, to their eyes; in this order."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    DELIVERED = "delivered"
    READ = "read"


class DeliveryProblem(StrEnum):
    """Why a message did not reach the customer, or an account cannot be used; each has a text in the catalogue.

    `possibly_repeated` is a remark: a sending was broken off before its outcome was known, so it may have come twice.
    """

    INVALID_ADDRESS = "invalid_address"
    UNREACHABLE = "unreachable"
    BLOCKED = "blocked"
    REFUSED = "refused"
    TOO_LONG = "too_long"
    WINDOW_CLOSED = "window_closed"
    ACCOUNT = "account"
    UNAVAILABLE = "unavailable"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"
    POSSIBLY_REPEATED = "possibly_repeated"
    OTHER = "other"


_ORDER = {state: place for place, state in enumerate(Delivery)}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryChanged(Event):
    """A message came further, or a person has it sent again (`queued`). `problem` says why it failed.

    `minded`: the conversation keeps in mind what has not reached its customer; facts of before it did so say nothing of
    it.
    """

    kind: ClassVar[str] = "delivery_changed"
    message_id: str
    seq: int
    state: Delivery
    problem: DeliveryProblem | None = None
    minded: bool = False

    @property
    def failed(self) -> bool:
        """Whether it is undelivered, and somebody has to see to it: nobody has decided that it stays so."""
        return self.state is Delivery.FAILED and self.problem is not DeliveryProblem.DROPPED

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """States are the messages' own; of those that failed the conversation knows until they are seen to."""
        if not self.minded:
            return conversation
        left = tuple(one for one in conversation.undelivered if one.seq != self.seq)
        if self.failed:
            problem = self.problem or DeliveryProblem.OTHER
            left = (*left, Undelivered(seq=self.seq, since=at, problem=problem.value))[-MOST_UNDELIVERED:]
        return conversation if left == conversation.undelivered else replace(conversation, undelivered=left)


def moves_on(before: Delivery, reported: Delivery) -> bool:
    """Whether a report says more than what is known."""
    return _ORDER[reported] > _ORDER[before]


def worst(parts: Iterable[Delivery]) -> Delivery:
    """How far a message is that is several at its provider: as far as the last of them, failed where one is."""
    return min(parts, key=lambda one: (one is not Delivery.FAILED, _ORDER[one]))


def may_send_again(state: Delivery) -> bool:
    """A person may have it tried again once it has failed, and only then: else the customer might get it twice."""
    return state is Delivery.FAILED
