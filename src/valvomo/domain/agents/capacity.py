"""Capacity: what an agent may carry, what they carry, and by how much an act would exceed it (spec 1 §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from valvomo.domain.agents.presence import Presence, shown_presence
from valvomo.domain.conversations.model import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who can hold conversations, as the rules see them.

    `capacity` in units; `limits` is the most conversations of one channel kind at a time; `load` the units held
    now and `held` the conversations held now by kind. `chosen` is the presence that was set, see `presence`.
    """

    id: str
    organization_id: str
    name: str
    chosen: Presence = Presence.OFFLINE
    capacity: int = 0
    limits: Mapping[str, int] = field(default_factory=dict)
    load: int = 0
    held: Mapping[str, int] = field(default_factory=dict)
    queues: frozenset[str] = frozenset()
    serves: bool = True
    is_bot: bool = False

    @property
    def presence(self) -> Presence:
        """What everybody sees."""
        return shown_presence(self.chosen, self.load, self.capacity)


def exceeded_by(agent: Agent, units: int, channel: Channel) -> int:
    """By how many units taking this on would exceed the agent's capacity; 0 when it fits.

    A limit on the channel's kind that is reached counts as exceeding by the conversation's own units.
    """
    over = max(0, agent.load + units - agent.capacity)
    limit = agent.limits.get(channel.value)
    if limit is not None and agent.held.get(channel.value, 0) >= limit:
        return max(over, units)
    return over
