"""Assign an open conversation to an agent or to another queue (spec 1 §3 a, b)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.conversations.targets import agent_target, queue_target
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import assign as rules
from valvomo.domain.conversations.model import Conversation, OfferKind
from valvomo.domain.conversations.offers import OfferMade
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.refusals import Refusal


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
