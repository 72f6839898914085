"""The router's pass alone: how its time grows with what waits, when nobody is free and when somebody is."""

from __future__ import annotations

import random
import statistics
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.facts import House, QueueRules, Seat, Waiting
from valvomo.domain.routing.route import route

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SIZES = (100, 1_000, 10_000)
SKILLS = tuple(f"skill-{number}" for number in range(8))
STREAM = Workstream(id="chat", organization_id="o", name="Chat", channel=Channel.LIVE_CHAT, queue_id="q0")


def growth(agents: int, queues: int, times: int = 5) -> str:
    """A table: milliseconds of a pass over so many that wait."""
    house = House(
        workstreams={"chat": STREAM},
        queues={f"q{number}": QueueRules(id=f"q{number}") for number in range(queues)},
    )
    free = _seats(agents, queues)
    busy = [replace(one, agent=replace(one.agent, load=one.agent.capacity)) for one in free]
    lines = [
        "| waiting | nobody free, ms | 50 agents free, ms | everybody free, ms | offers |",
        "|---|---|---|---|---|",
    ]
    for size in SIZES:
        waiting = _waiting(size, queues)
        figures = []
        offers = 0
        for seats in (busy, [*free[:50], *busy[50:]], free):
            spent = []
            for _ in range(times):
                begun = time.perf_counter()
                offers = len(route(waiting, seats, house, at=NOON).offers)
                spent.append(time.perf_counter() - begun)
            figures.append(f"{1000 * statistics.median(spent):.1f}")
        lines.append(f"| {size} | {' | '.join(figures)} | {offers} |")
    return "\n".join(lines)


def _seats(agents: int, queues: int) -> list[Seat]:
    return [
        Seat(
            agent=Agent(
                id=f"agent-{number}",
                organization_id="o",
                name=f"Agent {number}",
                chosen=Presence.AVAILABLE,
                capacity=3,
                queues=frozenset({f"q{number % queues}", f"q{(7 * number + 1) % queues}"}),
                skills={SKILLS[number % 8]: 3, SKILLS[(number // 8) % 8]: 5},
            ),
            idle_since=NOON - timedelta(seconds=number),
        )
        for number in range(agents)
    ]


def _waiting(size: int, queues: int) -> list[Waiting]:
    dice = random.Random(size)
    return [
        Waiting(
            id=f"conversation-{number}",
            queue_id=f"q{dice.randrange(queues)}",
            workstream_id="chat",
            channel=Channel.LIVE_CHAT,
            units=1,
            queued_at=NOON - timedelta(seconds=dice.randrange(10_000)),
            priority=dice.randrange(3),
            needs=(Need(skill_id=dice.choice(SKILLS), level=2),) if dice.random() < 0.5 else (),
        )
        for number in range(size)
    ]


if __name__ == "__main__":
    print(growth(1_000, 50))
