"""When agents were there and when they handled something, for occupancy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from valvomo.db.transaction import Transaction
from valvomo.domain.agents.presence import Presence
from valvomo.domain.figures.occupancy import Span, common, joined, occupancy, seconds_within, there
from valvomo.queries.figure_questions import Asked


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of each agent when they were there, and when of that time they handled something."""

    present: Mapping[str, list[Span]]
    busy: Mapping[str, list[Span]]

    def occupancy(self, since: datetime, until: datetime, agent_id: str | None = None) -> float | None:
        """Of one agent, or of all together, within a period."""
        who = list(self.present) if agent_id is None else [agent_id]
        present = sum(seconds_within(self.present.get(one, ()), since, until) for one in who)
        busy = sum(seconds_within(self.busy.get(one, ()), since, until) for one in who)
        return occupancy(busy, present)


async def attendance(tx: Transaction, organization_id: str, may: Asked, now: datetime) -> Attendance:
    """Of the agents who serve in the queues that are asked about, or those that were asked for; until now at most."""
    since, until = may.question.since, min(may.question.until, now)
    mine = set(may.of_these())
    who = sorted(one for one, queues in may.serving.items() if not mine.isdisjoint(queues))
    if may.agents is not None:
        who = may.agents
    chosen: dict[str, list[tuple[datetime, Presence]]] = {}
    for row in await tx.rows("figures.presences", organization_id, until, who):
        chosen.setdefault(row["agent_id"], []).append((row["at"], Presence(row["presence"])))
    handled: dict[str, list[Span]] = {}
    for row in await tx.rows("figures.stretches", organization_id, since, until, who):
        handled.setdefault(row["agent_id"], []).append((row["since"], row["until"] or until))
    present = {one: joined(there(changes, until)) for one, changes in chosen.items()}
    busy = {one: common(joined(handled.get(one, ())), spans) for one, spans in present.items()}
    return Attendance(present, busy)
