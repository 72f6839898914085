"""Decisions of the router as screens explain them: "why here?" and "why still waiting?" (spec 3)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.domain.routing.choosing import Considered, Decision
from valvomo.protocol.candidates import Skill
from valvomo.protocol.customer import WaitRange
from valvomo.protocol.lookups import Named
from valvomo.protocol.texts.catalogue import text


class ConsideredItem(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the queue as they were at that moment.

    `rank` 1 is who was asked; None, with the `reason`, for whoever could not be. `match` is the share of the levels
    asked for that they have, None where nothing is asked for.
    """

    agent: Named
    rank: int | None
    reason: str | None
    reason_text: str | None
    presence: str
    load: int
    capacity: int
    match: float | None
    skills: tuple[Skill, ...]
    idle_since: datetime


class DecisionItem(msgspec.Struct, frozen=True, kw_only=True):
    """A decision. `id` is None for one that was made just now to be shown, and not kept.

    `rules` is the journal position of the last change of settings before it, `algorithm` the program's own version.
    `reasons` counts why members could not be asked. Until `postponed` nobody was to be: the customer, who was not
    reached, is to be called again then.
    """

    id: str | None
    at: datetime
    outcome: str
    cause: str | None
    agent: Named | None
    affinity: bool
    rules: int
    algorithm: int
    considered: tuple[ConsideredItem, ...]
    reasons: dict[str, int]
    postponed: datetime | None = None


class QueueMethod(msgspec.Struct, frozen=True, kw_only=True):
    """The queue, and how it gives out its work."""

    id: str
    name: str
    method: str
    match: str


class RoutingDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How a conversation came to where it is: `why`, the newest decision first, and for one that waits, why still.

    `rule` is the queue rule that chose its first queue, None where it was the workstream's own or somebody's choice.
    """

    queue: QueueMethod
    rule: str | None
    needs: tuple[Skill, ...]
    why: tuple[DecisionItem, ...]
    now: DecisionItem | None
    place: int | None
    estimate: WaitRange | None


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """When a decision was made, and by which rules."""

    id: str | None
    at: datetime
    rules: int
    algorithm: int


def decision_item(
    decision: Decision, version: Version, language: str, skills: dict[str, str]
) -> DecisionItem:
    """A decision for a reader of this language; `skills` are names by id."""
    chosen = next((one.seat.agent for one in decision.considered if one.rank == 1), None)
    offered = decision.agent_id is not None and chosen is not None
    return DecisionItem(
        id=version.id,
        at=version.at,
        outcome=decision.outcome.value,
        cause=decision.cause,
        agent=Named(chosen.id, chosen.name) if offered and chosen else None,
        affinity=decision.affinity,
        rules=version.rules,
        algorithm=version.algorithm,
        considered=tuple(_considered(one, language, skills) for one in decision.considered),
        reasons={reason.value: count for reason, count in decision.reasons.items()},
        postponed=decision.waiting.postponed,
    )


def _considered(one: Considered, language: str, skills: dict[str, str]) -> ConsideredItem:
    agent = one.seat.agent
    levels = sorted((skills.get(skill, skill), level) for skill, level in agent.skills.items())
    return ConsideredItem(
        agent=Named(agent.id, agent.name),
        rank=one.rank,
        reason=one.reason.value if one.reason else None,
        reason_text=text(language, ("problem", one.reason.value, "title")) if one.reason else None,
        presence=agent.presence.value,
        load=agent.load,
        capacity=agent.capacity,
        match=one.match,
        skills=tuple(Skill(name=name, level=level) for name, level in levels),
        idle_since=one.seat.idle_since,
    )
