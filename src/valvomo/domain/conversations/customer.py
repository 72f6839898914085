"""The customer's own connection, and what their next message does to a parked conversation (T6, T7, T11, T12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.agents.capacity import Agent, exceeded_by
from valvomo.domain.conversations.event import Event, ongoing_call, with_deadlines
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import Channel, Conversation, State
from valvomo.domain.conversations.queueing import Resumed, lost
from valvomo.domain.conversations.workstream import Workstream


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerConnected(Event):
    """The customer's window is open."""

    kind: ClassVar[str] = "customer_connected"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Back in time."""
        return with_deadlines(replace(conversation, customer_online=True), reconnect=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDisconnected(Event):
    """The customer's window is gone; what cannot go on without it waits until `reconnect_by`, all else for ever."""

    kind: ClassVar[str] = "customer_disconnected"
    reconnect_by: datetime | None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The clock runs for a live chat, and for a call."""
        return with_deadlines(replace(conversation, customer_online=False), reconnect=self.reconnect_by)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerHeard(Event):
    """The customer's window is gone, and yet they are in the call: only after that their time begins."""

    kind: ClassVar[str] = "customer_heard"
    reconnect_by: datetime

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The clock begins anew."""
        return with_deadlines(conversation, reconnect=self.reconnect_by)


def connected(conversation: Conversation) -> tuple[Event, ...]:
    """Noted once, while there is something to come back to."""
    if conversation.state is State.CLOSED or conversation.customer_online is True:
        return ()
    return (CustomerConnected(),)


def disconnected(conversation: Conversation, workstream: Workstream, at: datetime) -> tuple[Event, ...]:
    """Noted once; only what cannot go on without the customer's window has a reconnect time."""
    if conversation.state is State.CLOSED or conversation.customer_online is not True:
        return ()
    by = at + timedelta(seconds=workstream.timers.reconnect) if needs_window(conversation) else None
    return (CustomerDisconnected(reconnect_by=by),)


def needs_window(conversation: Conversation) -> bool:
    """Whether the customer can be reached in nothing but their window: in a live chat, and in a call from it."""
    if conversation.state not in (State.OPEN, State.ACTIVE):
        return False
    return conversation.channel is Channel.LIVE_CHAT or calls_from_window(conversation)


def calls_from_window(conversation: Conversation) -> bool:
    """Whether it is in a call whose customer is not on a telephone."""
    call = ongoing_call(conversation)
    return call is not None and call.telephone is None


def hear_customer(conversation: Conversation, workstream: Workstream, at: datetime) -> tuple[Event, ...]:
    """Whoever carries the call hears a customer whose time runs out: a window may be lost where sound gets through."""
    if not calls_from_window(conversation) or Deadline.RECONNECT not in conversation.deadlines:
        return ()
    return (CustomerHeard(reconnect_by=at + timedelta(seconds=workstream.timers.reconnect)),)


def revived(
    conversation: Conversation, workstream: Workstream, owner: Agent | None, queue: str, *, at: datetime
) -> tuple[Event, ...]:
    """What a customer's message does to a waiting conversation: the same agent if present with capacity, else open.

    While it is being transferred the offer decides, and it stays waiting.
    """
    if conversation.state is not State.WAITING or conversation.offer is not None:
        return ()
    if owner is not None and _can_hold(conversation, workstream, owner):
        return (
            Resumed(
                agent_id=owner.id, agent_name=owner.name, cause="customer_wrote", units=conversation.units
            ),
        )
    return lost(conversation, workstream, queue, "affinity_lost", at=at)


def unheard(conversation: Conversation) -> bool:
    """Parked, though the customer has written: that was while it was being transferred, and nobody took it."""
    written = conversation.last_message_at
    return (
        conversation.state is State.WAITING
        and conversation.offer is None
        and conversation.unanswered_since is not None
        and written is not None
        and conversation.waiting_at is not None
        and written >= conversation.waiting_at
    )


def _can_hold(conversation: Conversation, workstream: Workstream, owner: Agent) -> bool:
    fits = exceeded_by(owner, conversation.units, conversation.channel) == 0
    return owner.serves and owner.on_duty and fits and owner.presence in workstream.allowed_presences
