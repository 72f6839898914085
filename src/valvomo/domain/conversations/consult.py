"""Consult: the primary asks another agent for advice, privately or visible to the customer (spec 1 §4)."""

from __future__ import annotations

from datetime import datetime

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation, OfferKind, Role
from valvomo.domain.conversations.offers import OfferMade
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.conversations.targets import Asking, agent_refusal, offer_to
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal

MAX_CONSULTS = 5


def consult_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """The primary of an accepted conversation, and at most five at a time, asked ones included."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    consulting = sum(one.role is Role.CONSULT for one in conversation.participants)
    asked = sum(offer.kind is OfferKind.CONSULT for offer in conversation.offers)
    if consulting + asked >= MAX_CONSULTS:
        return Refusal(Reason.TOO_MANY_CONSULTS, {"limit": MAX_CONSULTS})
    return None


def consult(
    conversation: Conversation,
    workstream: Workstream,
    agent: Agent,
    asking: Asking,
    *,
    at: datetime,
) -> tuple[Event, ...] | Refusal:
    """The agent is asked to consult; it costs them no capacity."""
    if refusal := consult_refusal(asking.by_id or "", conversation):
        return refusal
    role = conversation.role_of(agent.id)
    if role is not None and role is not Role.MONITOR:
        return Refusal(Reason.ALREADY_IN_CONVERSATION, {"role": role.value})
    if refusal := agent_refusal(conversation, workstream, agent, asking):
        return refusal
    return (OfferMade(offer=offer_to(conversation, workstream, agent, asking, at=at)),)
