"""An agent as the presence board shows them (spec 3 *Agents*)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.attention.agent import agent_parts
from valvomo.protocol.candidates import Skill
from valvomo.protocol.heeding import AttentionItem, attention_item
from valvomo.protocol.lookups import Lookups, Named


class AgentRow(msgspec.Struct, frozen=True, kw_only=True):
    """Presence and load. `presence` is what everybody sees, `chosen` what was set at `since`.

    `status` is the custom presence that was chosen, if it was one, in the reader's language.

    `load` and `capacity` are units; `conversations` counts those that cost them units now, `held` the same by kind
    of channel. `on_duty` is False outside their working hours; who has none is always on duty.
    `attention` is what scores of conversations get because they are this agent's, where `agent_attention` names it: for
    the agent and for supervisors of a queue of theirs, and nothing for anybody else.
    """

    id: str
    name: str
    presence: str
    chosen: str
    status: Named | None
    since: datetime
    load: int
    capacity: int
    held: dict[str, int]
    queues: tuple[Named, ...]
    conversations: int
    on_duty: bool
    skills: tuple[Skill, ...]
    attention: tuple[AttentionItem, ...]


def agent_row(
    agent: Agent, since: datetime, viewer: Actor, lookups: Lookups, *, quiet_since: datetime | None
) -> AgentRow:
    """The row; queues are named as far as the viewer has to do with them."""
    queues = [
        lookups.queues[one] for one in agent.queues if one in lookups.queues and _concerns(viewer, agent, one)
    ]
    levels = ((lookups.skills[one], level) for one, level in agent.skills.items() if one in lookups.skills)
    return AgentRow(
        id=agent.id,
        name=agent.name,
        presence=agent.presence.value,
        chosen=agent.chosen.value,
        status=lookups.status(agent, viewer),
        since=since,
        load=agent.load,
        capacity=agent.capacity,
        held={channel: agent.held[channel] for channel in sorted(agent.held)},
        queues=tuple(Named(one.id, one.name) for one in sorted(queues, key=lambda queue: queue.name.lower())),
        conversations=sum(agent.held.values()),
        on_duty=agent.on_duty,
        skills=tuple(Skill(name=name, level=level) for name, level in sorted(levels)),
        attention=tuple(attention_item(one) for one in agent_parts(agent, quiet_since))
        if _heeds(viewer, agent)
        else (),
    )


def _heeds(viewer: Actor, agent: Agent) -> bool:
    return viewer.id == agent.id or any(viewer.supervises(one) for one in agent.queues)


def _concerns(viewer: Actor, agent: Agent, queue_id: str) -> bool:
    return viewer.id == agent.id or viewer.supervises(queue_id) or queue_id in viewer.queues
