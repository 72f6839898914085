"""Pick: an agent takes a conversation out of the queue by themselves (T3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.agents.capacity import Agent, exceeded_by
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.offers import owned
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Picked(Event):
    """An agent took it without having been asked; picking may take them over their limit."""

    kind: ClassVar[str] = "picked"
    agent_id: str
    agent_name: str
    units: int
    excess_units: int = 0

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Active with the agent as primary."""
        return owned(
            conversation, (self.agent_id, self.agent_name), units=(self.units, self.excess_units), at=at
        )


def pick_refusal(queues: frozenset[str], conversation: Conversation) -> Refusal | None:
    """Open, and in a queue that the agent serves."""
    facts = {"state": conversation.state.value, "owner": conversation.owner_name}
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, facts)
    if conversation.state is not State.OPEN:
        return Refusal(Reason.NOT_OPEN, facts)
    return (
        None
        if conversation.queue_id in queues
        else Refusal(Reason.NOT_MEMBER, {"queue_id": conversation.queue_id})
    )


def pick(agent: Agent, conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """The agent becomes primary at once."""
    if refusal := pick_refusal(agent.queues, conversation):
        return refusal
    excess = exceeded_by(agent, conversation.units, conversation.channel)
    return (Picked(agent_id=agent.id, agent_name=agent.name, units=conversation.units, excess_units=excess),)
