"""What is changed for the second column: people and rules. What is not named stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from valvomo.domain.routing.facts import Method, SkillMatch
from valvomo.domain.routing.rules import QueueRule, SkillRule


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAgents:
    """So many more who are alike, there for the whole time or by `hours`. All are named by id or by name."""

    queues: frozenset[str]
    count: int = 1
    capacity: int = 3
    skills: Mapping[str, int] = field(default_factory=dict)
    hours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChange:
    """Of one agent. `skills` and `queues` replace what was."""

    capacity: int | None = None
    skills: Mapping[str, int] | None = None
    queues: frozenset[str] | None = None
    hours: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanges:
    """Agents are named by id or by name; `*` in `change` is everybody."""

    add: tuple[NewAgents, ...] = ()
    remove: tuple[str, ...] = ()
    change: Mapping[str, AgentChange] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueChange:
    """How a queue gives out its work, and within how many seconds it should be accepted."""

    method: Method | None = None
    match: SkillMatch | None = None
    priority: int | None = None
    service_level_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkstreamChange:
    """What a conversation costs, and how it is classified: rules replace all that were, `queue` is the fallback."""

    units: int | None = None
    queue: str | None = None
    queue_rules: tuple[QueueRule, ...] | None = None
    skill_rules: tuple[SkillRule, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """Everything that is to be different; queues and workstreams by id or by name."""

    agents: AgentChanges = AgentChanges()
    queues: Mapping[str, QueueChange] = field(default_factory=dict)
    workstreams: Mapping[str, WorkstreamChange] = field(default_factory=dict)
