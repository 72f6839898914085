"""Going back to a queue, or to another one: release, park and resume, an agent gone (T8, T9, T11, T12, T17)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.conversations.event import (
    Event,
    back_in_queue,
    put_aside,
    with_deadlines,
    without_call,
)
from valvomo.domain.conversations.leaving import put_out
from valvomo.domain.conversations.model import ASYNCHRONOUS, Conversation, State
from valvomo.domain.conversations.offers import owned
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal

UNSERVED = frozenset({"assigned", "handed_over", "escalated", "language"})
"""Causes by which no agent gives it away: who served the customer before stays the first to be asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued(Event):
    """Open in a queue again; `from_id` is who had it.

    `cause` is `released`, `agent_gone`, `not_serving`, `transferred`, `assigned`, `handed_over`, `escalated`,
    `language`, `affinity_lost`, `callback` or `call_lost`. `affinity_id` is who had it and is to be asked first.
    """

    kind: ClassVar[str] = "queued"
    queue_id: str
    queue_name: str
    cause: str
    from_id: str | None = None
    from_name: str | None = None
    by_id: str | None = None
    by_role: str = "agent"
    note: str | None = None
    auto_close_at: datetime | None = None
    affinity_id: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Its age is kept; nobody owns it. Who gave it away is not the first to be asked again."""
        moved = replace(
            conversation,
            transfers=conversation.transfers + (self.cause == "transferred"),
            affinity_id=conversation.affinity_id if self.cause in UNSERVED else self.affinity_id,
        )
        return back_in_queue(moved, self.queue_id, at, self.auto_close_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked(Event):
    """The agent put it aside without ending; they stay its owner, at no cost (T9)."""

    kind: ClassVar[str] = "parked"
    agent_id: str
    auto_close_at: datetime | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Waiting; monitors may stay, everybody else but the owner is out, and nothing is offered or asked."""
        return with_deadlines(put_aside(without_call(conversation), at), auto_close=self.auto_close_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed(Event):
    """The same agent goes on: by themselves, or because the customer wrote (T11)."""

    kind: ClassVar[str] = "resumed"
    agent_id: str
    agent_name: str
    cause: str
    units: int
    excess_units: int = 0

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Active again with its owner."""
        return owned(
            conversation, (self.agent_id, self.agent_name), units=(self.units, self.excess_units), at=at
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerDisconnected(Event):
    """The primary's connection was lost; unless they return by `gone_at` the conversation is open again (T8)."""

    kind: ClassVar[str] = "owner_disconnected"
    agent_id: str
    gone_at: datetime

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The clock runs."""
        return with_deadlines(conversation, agent_gone=self.gone_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerReturned(Event):
    """The primary is connected again in time."""

    kind: ClassVar[str] = "owner_returned"
    agent_id: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The clock stops."""
        return with_deadlines(conversation, agent_gone=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphaned(Event):
    """Nobody in the queue will ever take it as things are; it is a supervisor's turn (spec 1 §4)."""

    kind: ClassVar[str] = "orphaned"
    cause: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It stays open, in the orphans lane, and a mute is over: whoever muted it did not know of this."""
        return replace(conversation, orphaned=True, muted=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoLongerOrphaned(Event):
    """Somebody in the queue may take it again: members came, or what they know or the queue asks for has changed."""

    kind: ClassVar[str] = "no_longer_orphaned"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It waits on like any other."""
        return replace(conversation, orphaned=False)


def owner_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Agent's acts on what they serve: it must be accepted, and theirs."""
    facts = {"state": conversation.state.value, "owner": conversation.owner_name}
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, facts)
    if conversation.state is not State.ACTIVE:
        return Refusal(Reason.NOT_ACTIVE, facts)
    return None if conversation.owner_id == agent_id else Refusal(Reason.NOT_YOURS, facts)


def park_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Only kinds that may wait can be parked, and never while in a call."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    if conversation.channel not in ASYNCHRONOUS:
        return Refusal(Reason.NOT_PARKABLE, {"channel": conversation.channel.value})
    return Refusal(Reason.ELEVATED) if conversation.elevated else None


def resume_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Only the agent who parked it resumes it, and not while it is being handed to somebody else."""
    facts = {"state": conversation.state.value, "owner": conversation.owner_name}
    if conversation.state is not State.WAITING:
        return Refusal(Reason.NOT_WAITING, facts)
    if conversation.owner_id != agent_id:
        return Refusal(Reason.NOT_YOURS, facts)
    return Refusal(Reason.TRANSFER_PENDING, _pending(conversation)) if conversation.offer else None


def release(
    agent_id: str, conversation: Conversation, auto_close_at: datetime | None, queue: str
) -> tuple[Event, ...] | Refusal:
    """The agent gives it back to its queue (T8)."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    return queued_again(conversation, queue, "released", auto_close_at)


def park(
    agent_id: str, conversation: Conversation, auto_close_at: datetime | None
) -> tuple[Event, ...] | Refusal:
    """The agent puts it aside (T9)."""
    if refusal := park_refusal(agent_id, conversation):
        return refusal
    return (*put_out(conversation, State.WAITING), Parked(agent_id=agent_id, auto_close_at=auto_close_at))


def lost(
    conversation: Conversation, workstream: Workstream, queue: str, cause: str, *, at: datetime
) -> tuple[Event, ...]:
    """Back to its own queue because who has it cannot go on; where customers keep their agent, they stay the first."""
    auto_close_at = workstream.auto_close(workstream.timers.auto_close_open, at)
    keeps = workstream.affinity and conversation.channel in ASYNCHRONOUS
    return queued_again(conversation, queue, cause, auto_close_at, stays_first=keeps)


def queued_again(
    conversation: Conversation,
    queue: str,
    cause: str,
    auto_close_at: datetime | None,
    *,
    stays_first: bool = False,
) -> tuple[Event, ...]:
    """Back to its own queue, whose name is given; whoever was in it leaves, and may stay the first to be asked."""
    queued = Queued(
        queue_id=conversation.queue_id,
        queue_name=queue,
        cause=cause,
        from_id=conversation.owner_id,
        from_name=conversation.owner_name,
        by_id=conversation.owner_id,
        auto_close_at=auto_close_at,
        affinity_id=conversation.owner_id if stays_first else None,
    )
    return (*put_out(conversation, State.OPEN), queued)


def owner_lost(conversation: Conversation, workstream: Workstream, at: datetime) -> tuple[Event, ...]:
    """The primary's connection is gone: start the clock once."""
    if not conversation.accepted or conversation.owner_id is None or "agent_gone" in conversation.deadlines:
        return ()
    gone_at = at + timedelta(seconds=workstream.timers.agent_gone)
    return (OwnerDisconnected(agent_id=conversation.owner_id, gone_at=gone_at),)


def _pending(conversation: Conversation) -> dict[str, object]:
    offer = conversation.offer
    return {"agent": offer.agent_name if offer else None}
