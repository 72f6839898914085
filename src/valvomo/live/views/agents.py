"""Agents: presence as it was chosen, load as the sum of what conversations cost them, and since when they are quiet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.events import PresenceSet
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attention.agent import quiet_since, serves
from valvomo.domain.conversations.model import Conversation
from valvomo.live.views.board import ongoing
from valvomo.live.views.happening import Change, Happening


@dataclass(frozen=True, slots=True)
class Seated:
    """An agent, since when the chosen presence holds, and since when they have written nothing where they serve."""

    agent: Agent
    since: datetime
    quiet_since: datetime | None = None


@dataclass(slots=True)
class Agents:
    """Everybody who serves, by id; what they hold, conversation to (units, channel), and what they serve, by agent."""

    seats: dict[str, Seated] = field(default_factory=dict)
    held: dict[str, dict[str, tuple[int, str]]] = field(default_factory=dict)
    served: dict[str, dict[str, Conversation]] = field(default_factory=dict)

    def agent(self, agent_id: str) -> Agent | None:
        """The agent with load."""
        seat = self.seats.get(agent_id)
        return seat.agent if seat else None


def seated(seats: Mapping[str, Seated], conversations: Mapping[str, Conversation]) -> Agents:
    """The view from what was read: agents, and the conversations whose holdings make up their load."""
    view = Agents(seats=dict(seats))
    for conversation in conversations.values():
        for agent_id in conversation.holds:
            _hold(view, agent_id, conversation)
        if conversation.owner_id is not None:
            _serve(view, conversation.owner_id, conversation)
    for agent_id in view.seats:
        _weigh(view, agent_id)
        _hear(view, agent_id)
    return view


def with_chosen(agent: Agent, chosen: Presence, status_id: str | None) -> Agent:
    """The agent with this presence chosen, or the custom one that stands for it."""
    return replace(agent, chosen=chosen, status_id=status_id)


def turn_duty(view: Agents, duty: Mapping[str, bool]) -> frozenset[str]:
    """Everybody on duty but those whom `duty` says are not; ids of the agents that changed."""
    turned = {one for one, seat in view.seats.items() if seat.agent.on_duty != duty.get(one, True)}
    for one in turned:
        seat = view.seats[one]
        view.seats[one] = replace(seat, agent=replace(seat.agent, on_duty=not seat.agent.on_duty))
    return frozenset(turned)


def apply(view: Agents, happening: Happening, change: Change | None) -> frozenset[str]:
    """The view after one more fact; ids of the agents that changed."""
    event = happening.event
    if isinstance(event, PresenceSet):
        seat = view.seats.get(event.agent_id)
        if seat is None:
            return frozenset()
        agent = with_chosen(seat.agent, event.chosen, event.status_id)
        view.seats[event.agent_id] = replace(seat, agent=agent, since=happening.at)
        return frozenset({event.agent_id})
    if change is None:
        return frozenset()
    before, after = change.before, change.after
    concerned: set[str] = set()
    if before is None or before.holds != after.holds:
        concerned.update(after.holds, before.holds if before else ())
        for agent_id in concerned:
            _hold(view, agent_id, after)
            _weigh(view, agent_id)
    owners = {one.owner_id for one in (before, after) if one is not None and one.owner_id is not None}
    for agent_id in owners:
        _serve(view, agent_id, after)
        if _hear(view, agent_id):
            concerned.add(agent_id)
    return frozenset(concerned & view.seats.keys())


def _hold(view: Agents, agent_id: str, conversation: Conversation) -> None:
    held = view.held.setdefault(agent_id, {})
    units = conversation.holds.get(agent_id) if ongoing(conversation) else None
    if units is None:
        held.pop(conversation.id, None)
    else:
        held[conversation.id] = (units, conversation.channel.value)


def _serve(view: Agents, agent_id: str, conversation: Conversation) -> None:
    served = view.served.setdefault(agent_id, {})
    if serves(agent_id, conversation):
        served[conversation.id] = conversation
    else:
        served.pop(conversation.id, None)


def _weigh(view: Agents, agent_id: str) -> None:
    seat = view.seats.get(agent_id)
    if seat is None:
        return
    held = view.held.get(agent_id, {}).values()
    counts: dict[str, int] = {}
    for _, channel in held:
        counts[channel] = counts.get(channel, 0) + 1
    agent = replace(seat.agent, load=sum(units for units, _ in held), held=counts)
    view.seats[agent_id] = replace(seat, agent=agent)


def _hear(view: Agents, agent_id: str) -> bool:
    """Whether since when the agent is quiet has become another minute."""
    seat = view.seats.get(agent_id)
    if seat is None:
        return False
    quiet = quiet_since(agent_id, view.served.get(agent_id, {}).values())
    if quiet == seat.quiet_since:
        return False
    view.seats[agent_id] = replace(seat, quiet_since=quiet)
    return True
