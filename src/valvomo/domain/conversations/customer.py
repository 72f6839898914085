"""The customer's own connection, and what their next message does to a parked conversation (T6, T7, T11, T12)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.agents.capacity import Agent, exceeded_by
from valvomo.domain.conversations.event import Event, with_deadlines
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
    """The customer's window is gone; a live chat waits until `reconnect_by`, other kinds for ever."""

    kind: ClassVar[str] = "customer_disconnected"
    reconnect_by: datetime | None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The clock runs for a live chat."""
        return with_deadlines(replace(conversation, customer_online=False), reconnect=self.reconnect_by)


def connected(conversation: Conversation) -> tuple[Event, ...]:
    """Noted once, while there is something to come back to."""
    if conversation.state is State.CLOSED or conversation.customer_online is True:
        return ()
    return (CustomerConnected(),)


def disconnected(conversation: Conversation, workstream: Workstream, at: datetime) -> tuple[Event, ...]:
    """Noted once; only a live chat that is open or active has a reconnect time."""
    if conversation.state is State.CLOSED or conversation.customer_online is not True:
        return ()
    synchronous = conversation.channel is Channel.LIVE_CHAT and conversation.state in (
        State.OPEN,
        State.ACTIVE,
    )
    by = at + timedelta(seconds=workstream.timers.reconnect) if synchronous else None
    return (CustomerDisconnected(reconnect_by=by),)


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
