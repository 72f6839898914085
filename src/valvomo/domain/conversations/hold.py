"""Hold: the customer of a call hears music, and nobody of the house hears them, until they are taken off it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.event import Event, call_of, ongoing_call
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Held(Event):
    """The customer is on hold."""

    kind: ClassVar[str] = "held"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Since now."""
        call = call_of(conversation)
        return conversation.but(call=replace(call, held_since=at)) if call else conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheld(Event):
    """The customer hears the agent again. `seconds` on hold, to the microsecond."""

    kind: ClassVar[str] = "unheld"
    seconds: float = 0.0

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """No longer on hold."""
        call = call_of(conversation)
        return conversation.but(call=replace(call, held_since=None)) if call else conversation


def own_call(agent_id: str, conversation: Conversation) -> Call | Refusal:
    """The call, where it is going on and this agent is its primary; else why not."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    return ongoing_call(conversation) or Refusal(Reason.NO_CALL)


def hold_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """The primary of a call puts its customer on hold, once."""
    call = own_call(agent_id, conversation)
    if isinstance(call, Refusal):
        return call
    return Refusal(Reason.ALREADY_HELD) if call.held_since else None


def unhold_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Whoever is primary takes them off hold."""
    call = own_call(agent_id, conversation)
    if isinstance(call, Refusal):
        return call
    return None if call.held_since else Refusal(Reason.NOT_HELD)


def hold(agent_id: str, conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """Put the customer on hold."""
    return hold_refusal(agent_id, conversation) or (Held(),)


def unhold(agent_id: str, conversation: Conversation, *, at: datetime) -> tuple[Event, ...] | Refusal:
    """Take the customer off hold."""
    if refusal := unhold_refusal(agent_id, conversation):
        return refusal
    call = call_of(conversation)
    since = call.held_since if call and call.held_since else at
    return (Unheld(seconds=max(0.0, (at - since).total_seconds())),)
