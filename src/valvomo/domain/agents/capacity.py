"""Capacity: what an agent may carry, what they carry, and by how much an act would exceed it (spec 1 §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from valvomo.domain.agents.presence import Presence, shown_presence
from valvomo.domain.conversations.model import Channel


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """Somebody who can hold conversations, as the rules see them.

    `capacity` in units; `limits` is the most conversations of one channel kind at a time; `load` the units held
    now and `held` the conversations held now by kind. `chosen` is the presence that was set, see `presence`.
    `serves` is whether the account can hold conversations at all, `is_agent` whether that is what it is for.
    `skills` maps skills (by id) to proficiency, 1 to 5. `on_duty` is whether it is within the agent's working hours.
    `status_id` is the custom presence that was chosen, which stands for `chosen`.
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
    is_agent: bool = True
    is_bot: bool = False
    skills: Mapping[str, int] = field(default_factory=dict)
    on_duty: bool = True
    status_id: str | None = None

    @property
    def presence(self) -> Presence:
        """What everybody sees."""
        return shown_presence(self.chosen, self.load, self.capacity)

    @property
    def listed(self) -> bool:
        """Whether the presence board has them: agents and members of queues, not who only watches over others."""
        return self.serves and (self.is_agent or bool(self.queues))


def holding(agent: Agent, units: int, channel: Channel, count: int = 1) -> Agent:
    """The agent with so many more conversations of this kind, for so many units in all; negative for fewer."""
    held = {**agent.held, channel.value: agent.held.get(channel.value, 0) + count}
    return replace(agent, load=agent.load + units, held=held)


def exceeded_by(agent: Agent, units: int, channel: Channel) -> int:
    """By how many units taking this on would exceed the agent's capacity; 0 when it fits.

    A limit on the channel's kind that is reached counts as exceeding by the conversation's own units, at least by one.
    """
    over = max(0, agent.load + units - agent.capacity)
    limit = agent.limits.get(channel.value)
    if limit is not None and agent.held.get(channel.value, 0) >= limit:
        return max(over, units, 1)
    return over
