"""What routing decides on: what waits, who serves, and the rules of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.event import postponed_until
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.conversations.workstream import Workstream

ALGORITHM = 2
"""Raised whenever the same facts would be decided otherwise than before; kept with each decision."""


class Method(StrEnum):
    """Whom a queue asks first among those who may take it."""

    FREE_CAPACITY = "free_capacity"
    MOST_IDLE = "most_idle"
    ROUND_ROBIN = "round_robin"
    BEST_SKILLS = "best_skills"


class SkillMatch(StrEnum):
    """Whether skills decide who may be asked: all of them at their level, whoever comes nearest, or not at all."""

    EXACT = "exact"
    CLOSEST = "closest"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """How a queue gives out its work. Queues of a higher `priority` are served first."""

    id: str
    priority: int = 0
    method: Method = Method.FREE_CAPACITY
    match: SkillMatch = SkillMatch.CLOSEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A conversation that waits, as far as routing is concerned.

    `priority` is its own, `queued_at` its age, `declines` how often agents have rejected or missed it. `affinity_id` is
    the agent who served the customer before: first to be asked, if they may be. Nobody is asked while it is
    `postponed`: its customer, who was not reached, is to be called again from then on.
    """

    id: str
    queue_id: str
    workstream_id: str
    channel: Channel
    units: int
    queued_at: datetime
    priority: int = 0
    needs: tuple[Need, ...] = ()
    declines: Mapping[str, int] = field(default_factory=dict)
    affinity_id: str | None = None
    orphaned: bool = False
    postponed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An agent, since when they have been as free as they are, and when they were last asked by the router."""

    agent: Agent
    idle_since: datetime
    asked_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Workstreams and queues by id, and the `version` of the rules: the journal position of their last change."""

    workstreams: Mapping[str, Workstream]
    queues: Mapping[str, QueueRules]
    version: int = 0


def waiting_of(conversation: Conversation) -> Waiting:
    """A conversation as routing looks at it."""
    return Waiting(
        id=conversation.id,
        queue_id=conversation.queue_id,
        workstream_id=conversation.workstream_id,
        channel=conversation.channel,
        units=conversation.units,
        queued_at=conversation.queued_at,
        priority=conversation.priority,
        needs=conversation.needs,
        declines=conversation.declines,
        affinity_id=conversation.affinity_id,
        orphaned=conversation.orphaned,
        postponed=postponed_until(conversation),
    )
