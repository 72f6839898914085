"""Consult another agent, or somebody of a queue (spec 1 §4)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.conversations.targets import agent_target, queue_target
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import agents
from valvomo.domain.access.acts import Act
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations import consult as rules
from valvomo.domain.conversations.model import Conversation, OfferKind
from valvomo.domain.conversations.targets import Asking, agent_refusal
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Consult(Command):
    """Ask for advice: one agent, or whoever is free in a queue. `public` shows them to the customer."""

    conversation_id: str
    agent_id: str | None = None
    queue: str | None = None
    public: bool = False
    note: str | None = None


@handles(Consult)
async def consult(work: Work, command: Consult) -> Outcome:
    """An offer of the kind consult; it costs the asked agent no capacity."""
    conversation = await work.lock_for(command.conversation_id, Act.CONSULT)
    if isinstance(conversation, Refusal):
        return conversation
    workstream = await work.workstream(conversation)
    asking = Asking(
        offer_id=work.new_id(),
        kind=OfferKind.CONSULT,
        by_id=work.actor.id,
        by_role="agent",
        note=command.note,
        public=command.public,
    )
    if command.agent_id is not None:
        agent = await agent_target(work, command.agent_id)
    else:
        agent = await _somebody(work, command, (conversation, workstream), asking)
    if isinstance(agent, Refusal):
        return agent
    decision = rules.consult(conversation, workstream, agent, asking, at=work.now)
    return await work.decide(conversation, decision)


async def _somebody(
    work: Work, command: Consult, what: tuple[Conversation, Workstream], asking: Asking
) -> Agent | Refusal:
    queue = await queue_target(work, command.queue or what[0].queue_id)
    if isinstance(queue, Refusal):
        return queue
    everybody = await agents.everybody(work.tx, work.organization_id, work.now)
    for agent in sorted(everybody.values(), key=lambda one: (one.load, one.id)):
        free = agent.id != work.actor.id and what[0].role_of(agent.id) is None
        if free and queue.id in agent.queues and agent_refusal(*what, agent, asking) is None:
            return agent
    return Refusal(Reason.NOBODY_AVAILABLE, {"queue": queue.name})
