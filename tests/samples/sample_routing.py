"""What the router does, one step at a time."""

from __future__ import annotations

from valvomo.commands.conversations.route import Route, Step


def ask(conversation_id: str, agent_id: str) -> Route:
    """Offer this conversation to this agent."""
    return Route(steps=(Step(conversation_id=conversation_id, agent_id=agent_id),))


def give_up(conversation_id: str, cause: str = "declined") -> Route:
    """Nobody will take this conversation."""
    return Route(steps=(Step(conversation_id=conversation_id, cause=cause),))


def regain(conversation_id: str) -> Route:
    """Somebody may take this conversation again."""
    return Route(steps=(Step(conversation_id=conversation_id),))
