"""The administrator's switches for supervisors' acts, and who is narrowed further (spec 1 §3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.refusals import Reason, Refusal


class Right(StrEnum):
    """The four rights that an administrator switches on for the organization."""

    MONITOR = "supervisor_monitor"
    ASSIGN = "supervisor_assign"
    TRANSFER = "supervisor_transfer"
    FORCE_CLOSE = "force_close"


class AgentFigures(StrEnum):
    """Who sees figures of individual agents: nobody, supervisors those of their own queues, or all supervisors."""

    OFF = "off"
    TEAM_LEAD = "team_lead"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """The organization's supervision settings.

    `denied_to` and `denied_in` take rights away from one supervisor or in one queue; nothing grants more than
    the switches do. `show_agents_monitored` tells agents that a supervisor is monitoring them,
    `show_agents_sentiment` what customers feel, `show_agents_surveys` what they answer at the end. `agent_figures` is
    the policy on figures of individual agents.
    """

    on: frozenset[Right] = frozenset()
    denied_to: Mapping[str, frozenset[Right]] = field(default_factory=dict)
    denied_in: Mapping[str, frozenset[Right]] = field(default_factory=dict)
    show_agents_monitored: bool = False
    show_agents_sentiment: bool = False
    show_agents_surveys: bool = False
    agent_figures: AgentFigures = AgentFigures.OFF


def watcher_refusal(actor: Actor) -> Refusal | None:
    """Watching over others is for people who are supervisors, whatever the switches say."""
    if actor.is_(UserRole.INTEGRATION):
        return Refusal(Reason.INTEGRATION_ACCOUNT)
    if not actor.is_(UserRole.SUPERVISOR):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    return None


def account_refusal(right: Right, actor: Actor, supervision: Supervision) -> Refusal | None:
    """The part of the answer that needs no conversation: account, role, switch, narrowing per supervisor."""
    if actor.is_(UserRole.INTEGRATION):
        return Refusal(Reason.INTEGRATION_ACCOUNT, {"right": right.value})
    if refusal := watcher_refusal(actor):
        return refusal
    if right not in supervision.on:
        return Refusal(Reason.SWITCHED_OFF, {"right": right.value})
    if right in supervision.denied_to.get(actor.id, frozenset()):
        return Refusal(Reason.NARROWED_FOR_YOU, {"right": right.value})
    return None


def supervisor_refusal(
    right: Right, actor: Actor, conversation: Conversation, supervision: Supervision
) -> Refusal | None:
    """Account, scope and queue: everything but the state of the conversation."""
    if refusal := account_refusal(right, actor, supervision):
        return refusal
    if not actor.supervises(conversation.queue_id):
        return Refusal(Reason.NOT_FOUND)
    if right in supervision.denied_in.get(conversation.queue_id, frozenset()):
        return Refusal(Reason.NARROWED_FOR_QUEUE, {"right": right.value, "queue_id": conversation.queue_id})
    return None
