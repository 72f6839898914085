"""Assign: an open conversation is given to an agent or to another queue (T2, T17; spec 1 §3 a, b)."""

from __future__ import annotations

from datetime import datetime

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.offers import OfferAccepted, OfferMade
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.targets import Asking, Queue, agent_refusal, offer_to, queue_refusal
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal


def assign_refusal(conversation: Conversation) -> Refusal | None:
    """Only an open conversation that nobody has; else the answer names who has it now."""
    if conversation.state is State.OPEN:
        return None
    offer = conversation.offer
    facts = {
        "state": conversation.state.value,
        "stage": conversation.stage.value if conversation.stage else None,
        "owner": conversation.owner_name or conversation.bot_name or (offer.agent_name if offer else None),
    }
    return Refusal(Reason.CLOSED if conversation.state is State.CLOSED else Reason.NOT_ASSIGNABLE, facts)


def assign_to_agent(
    conversation: Conversation, workstream: Workstream, agent: Agent, asking: Asking, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """The agent gets an offer; the conversation leaves the queue for as long as it is pending.

    Router and supervisor ask by the same rule; only a supervisor may override. Agents outside the queue are
    refused: their list is the queue's (spec 1 §3 a).
    """
    if refusal := assign_refusal(conversation):
        return refusal
    if conversation.queue_id not in agent.queues:
        return Refusal(Reason.AGENT_NOT_IN_QUEUE, {"agent": agent.name})
    if refusal := agent_refusal(conversation, workstream, agent, asking):
        return refusal
    offer = offer_to(conversation, workstream, agent, asking, at=at)
    made = OfferMade(offer=offer)
    if workstream.auto_accept:
        return (made, OfferAccepted(offer=offer, auto=True))
    return (made,)


def assign_to_queue(
    conversation: Conversation, workstream: Workstream, queue: Queue, by_id: str, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """Open in the other queue, its age kept (T17)."""
    if refusal := assign_refusal(conversation) or queue_refusal(conversation, queue):
        return refusal
    return (
        Queued(
            queue_id=queue.id,
            queue_name=queue.name,
            cause="assigned",
            by_id=by_id,
            by_role="supervisor",
            auto_close_at=workstream.auto_close(workstream.timers.auto_close_open, at),
        ),
    )
