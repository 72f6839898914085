"""Whom a conversation can be given to, as the dialogs show it (spec 1 §3 a, c; spec 3)."""

from __future__ import annotations

import msgspec


class Skill(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent can do, and how well: 1 to 5."""

    name: str
    level: int


class AgentCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """An agent, with what asking them would mean.

    `load` and `capacity` are units; `exceeded_by` says by how many of them the capacity would be exceeded. `match`
    is how well they fit what is asked for, 0 to 1, None when nothing is. `reason` is why they cannot be asked
    without an override, None when they are `available`; `overrides` names those that would make it possible: for a
    supervisor who assigns or transfers, others have none.
    """

    id: str
    name: str
    presence: str
    load: int
    capacity: int
    exceeded_by: int
    skills: tuple[Skill, ...]
    match: float | None
    available: bool
    overrides: tuple[str, ...]
    reason: str | None
    reason_text: str | None
    queues: tuple[str, ...]


class QueueCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """A queue, how many wait in it and serve in it, and why not."""

    id: str
    name: str
    kind: str
    waiting: int
    members: int
    available: bool
    reason: str | None
    reason_text: str | None


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """Agents by fit and queues by name; `units` is what the conversation costs."""

    units: int
    agents: list[AgentCandidate]
    queues: list[QueueCandidate]
