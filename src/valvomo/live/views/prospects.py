"""What customers who wait are told: their place among those who wait for the same agents, the wait, the hours."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from valvomo.domain.conversations.model import Conversation
from valvomo.domain.routing.estimate import outlooks
from valvomo.domain.routing.facts import House, Seat, waiting_of
from valvomo.domain.routing.route import turn
from valvomo.live.views.agents import Agents
from valvomo.live.views.figures import Day
from valvomo.protocol.customer import Prospect, QueueHours, prospect


def prospects(
    queue_id: str,
    wanted: Collection[str],
    waiting: Mapping[str, Conversation],
    known: tuple[Agents, House, Day, QueueHours],
) -> dict[str, Prospect]:
    """The prospects of those of the `wanted` conversations that are among the `waiting` ones of this queue."""
    people, house, day, hours = known
    if queue_id not in house.queues or not waiting:
        return {}
    line = sorted(map(waiting_of, waiting.values()), key=lambda one: turn(one, 0))
    members = [
        Seat(agent=one.agent, idle_since=one.since)
        for one in people.seats.values()
        if queue_id in one.agent.queues and one.agent.serves
    ]
    times = day.handled.get(queue_id, ())
    return {
        one: prospect(waiting[one], seen, tuple(times), hours)
        for one, seen in outlooks(wanted, line, members, house).items()
    }
