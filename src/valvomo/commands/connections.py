"""Which command notes that a live connection was opened or lost: a customer's is of their conversation."""

from __future__ import annotations

from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect
from valvomo.commands.conversations.connection import CustomerConnect, CustomerDisconnect
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor, ActorKind


def opened(actor: Actor, connection_id: str, process_id: str) -> Command:
    """To be carried out by this actor when the connection is there; again does no harm."""
    link = {"connection_id": connection_id, "process_id": process_id}
    if actor.kind is ActorKind.CUSTOMER and actor.conversation_id is not None:
        return CustomerConnect(conversation_id=actor.conversation_id, **link)
    return AgentConnect(**link)


def closed(actor: Actor, connection_id: str, process_id: str) -> Command:
    """To be carried out by this actor when the connection is gone."""
    link = {"connection_id": connection_id, "process_id": process_id}
    if actor.kind is ActorKind.CUSTOMER and actor.conversation_id is not None:
        return CustomerDisconnect(conversation_id=actor.conversation_id, **link)
    return AgentDisconnect(**link)
