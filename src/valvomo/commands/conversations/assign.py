"""Assign an open conversation to an agent or to another queue (spec 1 §3 a, b); the router offers by the same rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.conversations.targets import agent_target, queue_target
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.db import conversations
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import assign as rules
from valvomo.domain.conversations.model import Conversation, OfferKind
from valvomo.domain.conversations.offers import MAX_DECLINES, OfferMade
from valvomo.domain.conversations.queueing import Orphaned
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignToAgent(Command):
    """Offer an open conversation to an agent, over presence and capacity if so ordered."""

    act: ClassVar[Act | None] = Act.ASSIGN_AGENT
    conversation_id: str
    agent_id: str
    override_presence: bool = False
    override_capacity: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignToQueue(Command):
    """Move an open conversation to another queue."""

    act: ClassVar[Act | None] = Act.ASSIGN_QUEUE
    conversation_id: str
    queue: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferByRouter(Command):
    """Offer an open conversation to the agent whom the router chose; never over a limit."""

    conversation_id: str
    agent_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkOrphaned(Command):
    """Nobody in the queue will take it: put it in the orphans lane."""

    conversation_id: str
    cause: str


@handles(AssignToAgent)
async def assign_to_agent(work: Work, command: AssignToAgent) -> Outcome:
    """By a supervisor; if somebody took it meanwhile the answer says who has it now."""
    conversation = await work.lock_for(command.conversation_id, Act.ASSIGN_AGENT)
    if isinstance(conversation, Refusal):
        return conversation
    asking = Asking(
        offer_id=work.new_id(),
        kind=OfferKind.ASSIGNMENT,
        by_id=work.actor.id,
        by_role="supervisor",
        override_presence=command.override_presence,
        override_capacity=command.override_capacity,
    )
    return await _offer(work, conversation, command.agent_id, asking)


@handles(AssignToQueue)
async def assign_to_queue(work: Work, command: AssignToQueue) -> Outcome:
    """Its age is kept."""
    conversation = await work.lock_for(command.conversation_id, Act.ASSIGN_QUEUE)
    if isinstance(conversation, Refusal):
        return conversation
    queue = await queue_target(work, command.queue)
    if isinstance(queue, Refusal):
        return queue
    workstream = await work.workstream(conversation)
    decision = rules.assign_to_queue(conversation, workstream, queue, work.actor.id, at=work.now)
    return await work.decide(conversation, decision)


@handles(OfferByRouter)
async def offer_by_router(work: Work, command: OfferByRouter) -> Outcome:
    """Decided again on locked facts: what the router saw may be old."""
    conversation = await _open_for_system(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if conversation.declines.get(command.agent_id, 0) >= MAX_DECLINES:
        return Refusal(Reason.DECLINED_TOO_OFTEN, {"agent": command.agent_id})
    asking = Asking(offer_id=work.new_id(), kind=OfferKind.ASSIGNMENT, by_id=None, by_role="router")
    return await _offer(work, conversation, command.agent_id, asking)


@handles(MarkOrphaned)
async def mark_orphaned(work: Work, command: MarkOrphaned) -> Outcome:
    """Once."""
    conversation = await _open_for_system(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, () if conversation.orphaned else (Orphaned(cause=command.cause),))


async def _open_for_system(work: Work, conversation_id: str) -> Conversation | Refusal:
    if work.actor.kind is not ActorKind.SYSTEM:
        return Refusal(Reason.ROLE_NEEDED, {"role": "system"})
    conversation = await conversations.lock(work.tx, work.organization_id, conversation_id)
    if conversation is None:
        return Refusal(Reason.NOT_FOUND)
    return rules.assign_refusal(conversation) or conversation


async def _offer(work: Work, conversation: Conversation, agent_id: str, asking: Asking) -> Outcome:
    agent = await agent_target(work, agent_id)
    if isinstance(agent, Refusal):
        return agent
    workstream = await work.workstream(conversation)
    decision = rules.assign_to_agent(conversation, workstream, agent, asking, at=work.now)
    if isinstance(decision, Refusal):
        return decision
    outcome = outcome_of(await work.record(conversation, decision))
    offers = [event.offer for event in decision if isinstance(event, OfferMade)]
    return {**outcome, "exceeded_by": sum(offer.excess_units for offer in offers)}
