"""Transfer to an agent or to a queue, by the agent who serves it or by a supervisor (spec 1 §3 c, e, §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.conversations.targets import agent_target, queue_target
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import transfer as rules
from valvomo.domain.conversations.marks import ScheduledTransfer
from valvomo.domain.conversations.model import Conversation, OfferKind
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToAgent(Command):
    """Ask another agent to take it; the first keeps talking until they accept.

    Overrides are a supervisor's. `stay` keeps the first agent as consult, which a supervisor's transfer always
    does. `when_call_ends` keeps the wish until the call is over.
    """

    act: ClassVar[Act | None] = Act.TRANSFER_AGENT
    conversation_id: str
    agent_id: str
    override_presence: bool = False
    override_capacity: bool = False
    note: str | None = None
    stay: bool = False
    when_call_ends: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferToQueue(Command):
    """Give it back to a queue at once, its age kept; `when_call_ends` keeps the wish until the call is over."""

    act: ClassVar[Act | None] = Act.TRANSFER_QUEUE
    conversation_id: str
    queue: str
    note: str | None = None
    when_call_ends: bool = False


@handles(TransferToAgent)
async def transfer_to_agent(work: Work, command: TransferToAgent) -> Outcome:
    """An offer of the kind transfer, or the wish for one."""
    act = Act.TRANSFER_WHEN_CALL_ENDS if command.when_call_ends else Act.TRANSFER_AGENT
    conversation = await work.lock_for(command.conversation_id, act)
    if isinstance(conversation, Refusal):
        return conversation
    agent = await agent_target(work, command.agent_id)
    if isinstance(agent, Refusal):
        return agent
    role = _role(work, conversation)
    supervising = role == "supervisor"
    if command.when_call_ends:
        wish = ScheduledTransfer(
            agent_id=agent.id,
            agent_name=agent.name,
            by_id=work.actor.id,
            by_role=role,
            note=command.note,
            override_presence=command.override_presence and supervising,
            override_capacity=command.override_capacity and supervising,
            stay=command.stay or supervising,
        )
        return await work.decide(conversation, rules.schedule_transfer(conversation, wish))
    asking = Asking(
        offer_id=work.new_id(),
        kind=OfferKind.TRANSFER,
        by_id=work.actor.id,
        by_role=role,
        override_presence=command.override_presence and supervising,
        override_capacity=command.override_capacity and supervising,
        note=command.note,
        stay=command.stay or supervising,
    )
    workstream = await work.workstream(conversation)
    decision = rules.transfer_to_agent(conversation, workstream, agent, asking, at=work.now)
    return await work.decide(conversation, decision)


@handles(TransferToQueue)
async def transfer_to_queue(work: Work, command: TransferToQueue) -> Outcome:
    """Open in the other queue, or the wish for it."""
    act = Act.TRANSFER_WHEN_CALL_ENDS if command.when_call_ends else Act.TRANSFER_QUEUE
    conversation = await work.lock_for(command.conversation_id, act)
    if isinstance(conversation, Refusal):
        return conversation
    queue = await queue_target(work, command.queue)
    if isinstance(queue, Refusal):
        return queue
    by = (work.actor.id, _role(work, conversation), command.note)
    if command.when_call_ends:
        wish = ScheduledTransfer(
            queue_id=queue.id, queue_name=queue.name, by_id=by[0], by_role=by[1], note=by[2]
        )
        return await work.decide(conversation, rules.schedule_transfer(conversation, wish))
    workstream = await work.workstream(conversation)
    return await work.decide(
        conversation, rules.transfer_to_queue(conversation, workstream, queue, by, at=work.now)
    )


def _role(work: Work, conversation: Conversation) -> str:
    return "agent" if conversation.owner_id == work.actor.id else "supervisor"
