"""When agents were there and when they handled something, for occupancy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from valvomo.db.transaction import Transaction
from valvomo.domain.agents.presence import Presence
from valvomo.domain.figures.occupancy import Span, Together, common, joined, occupancy, there
from valvomo.queries.figure_questions import Asked


class Attendance:
    """Of each agent when they were there, and when of that time they handled something."""

    def __init__(self, present: Mapping[str, list[Span]], busy: Mapping[str, list[Span]]) -> None:
        self._present = _by_agent(present)
        self._busy = _by_agent(busy)

    def occupancy(self, since: datetime, until: datetime, agent_id: str | None = None) -> float | None:
        """Of one agent, or of all together, within a period."""
        if agent_id not in self._present:
            return None
        busy, present = self._busy[agent_id], self._present[agent_id]
        return occupancy(busy.seconds_within(since, until), present.seconds_within(since, until))


async def attendance(tx: Transaction, organization_id: str, may: Asked, now: datetime) -> Attendance:
    """Of the agents who serve in the queues that are asked about, or those that were asked for; until now at most."""
    since, until = may.question.since, min(may.question.until, now)
    mine = set(may.of_these())
    who = sorted(one for one, queues in may.serving.items() if not mine.isdisjoint(queues))
    if may.agents is not None:
        who = may.agents
    chosen: dict[str, list[tuple[datetime, Presence]]] = {}
    for row in await tx.rows("figures.presences", organization_id, since, until, who):
        chosen.setdefault(row["agent_id"], []).append((row["at"], Presence(row["presence"])))
    handled: dict[str, list[Span]] = {}
    for row in await tx.rows("figures.stretches", organization_id, since, until, who):
        handled.setdefault(row["agent_id"], []).append((row["since"], row["until"] or until))
    present = {one: joined(there(changes, until)) for one, changes in chosen.items()}
    busy = {one: common(joined(handled.get(one, ())), spans) for one, spans in present.items()}
    return Attendance(present, busy)


def _by_agent(spans: Mapping[str, list[Span]]) -> dict[str | None, Together]:
    everybody: dict[str | None, Together] = {None: Together(one for own in spans.values() for one in own)}
    return everybody | {agent: Together(own) for agent, own in spans.items()}
