"""First in, first out: the router of the first house, pure from facts to offers with reasons.

What waits is served by priority of its queue, own priority, time of queueing. Each is offered to the member of
its queue who may take it by the rule that supervisors' assignments obey too, who has least to do and, between
equals, has been idle longest. What every member has declined too often, or has no members to decline it, is an
orphan: a supervisor's turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.model import Conversation, OfferKind
from valvomo.domain.conversations.offers import MAX_DECLINES
from valvomo.domain.conversations.targets import Asking, agent_refusal
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason

ROUTER = Asking(offer_id="", kind=OfferKind.ASSIGNMENT, by_id=None, by_role="router")
"""The router asks without overrides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Idle:
    """An agent, and since when they have been as free as they are."""

    agent: Agent
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Whom to ask; `passed_over` are the other members of the queue, each with why not, None if another came first."""

    conversation_id: str
    agent_id: str
    passed_over: Mapping[str, Reason | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """Nobody will take it: `no_members` or `declined`."""

    conversation_id: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What is to be done now. What waits and is in neither list has to wait on."""

    choices: tuple[Choice, ...] = ()
    orphans: tuple[Orphan, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What routing needs to know beside the agents: workstreams by id, and each queue's priority."""

    workstreams: Mapping[str, Workstream]
    priorities: Mapping[str, int] = field(default_factory=dict)


def route(waiting: Iterable[Conversation], idle: Iterable[Idle], house: House) -> Routed:
    """Everything that can be offered now, each offer counted into its agent's load before the next is decided."""
    seats = {one.agent.id: one for one in idle}
    choices: list[Choice] = []
    orphans: list[Orphan] = []
    for conversation in sorted(waiting, key=lambda one: turn(one, house.priorities)):
        members = [
            one for one in seats.values() if one.agent.serves and conversation.queue_id in one.agent.queues
        ]
        cause = orphan_cause(conversation, [one.agent for one in members])
        if cause is not None:
            if not conversation.orphaned:
                orphans.append(Orphan(conversation_id=conversation.id, cause=cause))
            continue
        choice = choose(conversation, house.workstreams[conversation.workstream_id], members)
        if choice is not None:
            choices.append(choice)
            seats[choice.agent_id] = _asked(seats[choice.agent_id], conversation)
    return Routed(choices=tuple(choices), orphans=tuple(orphans))


def turn(conversation: Conversation, priorities: Mapping[str, int]) -> tuple[int, int, datetime, str]:
    """The order of serving: queue priority, own priority, time of queueing, and the id where all are equal."""
    queue = priorities.get(conversation.queue_id, 0)
    return (-queue, -conversation.priority, conversation.queued_at, conversation.id)


def orphan_cause(conversation: Conversation, members: Iterable[Agent]) -> str | None:
    """Why nobody will ever take it as things are; None while somebody might."""
    declines = [conversation.declines.get(one.id, 0) for one in members]
    if not declines:
        return "no_members"
    return "declined" if min(declines) >= MAX_DECLINES else None


def choose(conversation: Conversation, workstream: Workstream, members: Iterable[Idle]) -> Choice | None:
    """The member who may take it and has the least load; between equals who has been idle longest."""
    reasons: dict[str, Reason | None] = {}
    free: list[Idle] = []
    for one in members:
        reasons[one.agent.id] = why_not(conversation, workstream, one.agent)
        if reasons[one.agent.id] is None:
            free.append(one)
    if not free:
        return None
    best = min(free, key=lambda one: (one.agent.load, one.since, one.agent.id))
    del reasons[best.agent.id]
    return Choice(conversation_id=conversation.id, agent_id=best.agent.id, passed_over=reasons)


def why_not(conversation: Conversation, workstream: Workstream, agent: Agent) -> Reason | None:
    """Why this member is not asked; None when they may be."""
    if conversation.declines.get(agent.id, 0) >= MAX_DECLINES:
        return Reason.DECLINED_TOO_OFTEN
    refusal = agent_refusal(conversation, workstream, agent, ROUTER)
    return refusal.reason if refusal else None


def _asked(one: Idle, conversation: Conversation) -> Idle:
    agent, channel = one.agent, conversation.channel.value
    held = {**agent.held, channel: agent.held.get(channel, 0) + 1}
    return replace(one, agent=replace(agent, load=agent.load + conversation.units, held=held))
