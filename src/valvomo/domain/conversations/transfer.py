"""Transfer: a conversation passes from agent to agent, or back to a queue (T8, T10; spec 1 §3 c, e, §4)."""

from __future__ import annotations

from datetime import datetime

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.call import CallDeclined
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.leaving import put_out
from valvomo.domain.conversations.marks import ScheduledTransfer
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.offers import OfferMade, OfferWithdrawn
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.scheduled import TransferScheduled
from valvomo.domain.conversations.targets import Asking, Queue, agent_refusal, offer_to, queue_refusal
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal


def transfer_refusal(conversation: Conversation) -> Refusal | None:
    """Active or waiting, with people only, not in a call, and one at a time."""
    facts: dict[str, object] = {"state": conversation.state.value, "owner": conversation.owner_name}
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, facts)
    if conversation.state not in (State.ACTIVE, State.WAITING):
        return Refusal(Reason.NOT_TRANSFERABLE, facts)
    if conversation.bot_id:
        return Refusal(Reason.HANDLED_BY_BOT, {"bot": conversation.bot_name, "instead": "hand_over"})
    if conversation.elevated:
        return Refusal(Reason.ELEVATED, {"mode": conversation.mode.value, "instead": "when_call_ends"})
    pending = conversation.offer
    if pending is not None and conversation.owner_id:
        return Refusal(Reason.TRANSFER_PENDING, {"agent": pending.agent_name})
    return None


def transfer_to_agent(
    conversation: Conversation, workstream: Workstream, agent: Agent, asking: Asking, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """The other agent is asked; the first stays primary and keeps talking until they accept (spec 1 §3 c).

    An offer that nobody has accepted yet is withdrawn in favour of the new one. So is the question whether the
    customer comes into a call: there is no transfer in one, and who would get it has not asked.
    """
    if refusal := transfer_refusal(conversation) or agent_refusal(conversation, workstream, agent, asking):
        return refusal
    made = OfferMade(offer=offer_to(conversation, workstream, agent, asking, at=at))
    call = conversation.call
    asked = (CallDeclined(cause="transfer_asked"),) if call is not None and call.asked else ()
    if conversation.owner_id or conversation.offer is None:
        return (*asked, made)
    return (OfferWithdrawn(offer=conversation.offer, cause="transferred"), made)


def transfer_to_queue(
    conversation: Conversation,
    workstream: Workstream,
    queue: Queue,
    by: tuple[str, str, str | None],
    *,
    at: datetime,
) -> tuple[Event, ...] | Refusal:
    """Open in the other queue at once, its age kept; `by` is who, as what, and their note."""
    if refusal := transfer_refusal(conversation) or queue_refusal(conversation, queue):
        return refusal
    return (*put_out(conversation, State.OPEN), _queued(conversation, workstream, queue, by, at=at))


def schedule_refusal(conversation: Conversation) -> Refusal | None:
    """A transfer can wait for the end of the call only while there is one."""
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, {"state": "closed"})
    return None if conversation.elevated and conversation.owner_id else Refusal(Reason.NOT_ELEVATED)


def schedule_transfer(conversation: Conversation, transfer: ScheduledTransfer) -> tuple[Event, ...] | Refusal:
    """Transfer when the call ends."""
    if refusal := schedule_refusal(conversation):
        return refusal
    if transfer.agent_id is not None and transfer.agent_id == conversation.owner_id:
        return Refusal(Reason.SAME_AGENT, {"agent": transfer.agent_name})
    if transfer.queue_id is not None and transfer.queue_id == conversation.queue_id:
        return Refusal(Reason.SAME_QUEUE, {"queue": transfer.queue_name})
    return (TransferScheduled(transfer=transfer),)


def _queued(
    conversation: Conversation,
    workstream: Workstream,
    queue: Queue,
    by: tuple[str, str, str | None],
    *,
    at: datetime,
) -> Queued:
    return Queued(
        queue_id=queue.id,
        queue_name=queue.name,
        cause="transferred",
        from_id=conversation.owner_id,
        from_name=conversation.owner_name,
        by_id=by[0],
        by_role=by[1],
        note=by[2],
        auto_close_at=workstream.auto_close(workstream.timers.auto_close_open, at),
    )
