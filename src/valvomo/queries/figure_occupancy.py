"""When agents were there and when they handled something, for occupancy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from valvomo.db.transaction import Transaction
from valvomo.domain.agents.presence import Presence
from valvomo.domain.figures.occupancy import Span, Together, common, joined, occupancy, there
from valvomo.queries.figure_questions import Asked, Question


def tells_occupancy(question: Question) -> bool:
    """Agents are there for all of their work: it cannot be said how much of that for one queue or channel."""
    kinds = question.channels or question.languages or question.outcomes or question.directions
    narrowed = question.queues or kinds
    return not narrowed and not question.by & {"queue", "channel", "language", "outcome"}


class Attendance:
    """Of each agent when they were there, and when of that time they handled something."""

    def __init__(self, present: Mapping[str, list[Span]], busy: Mapping[str, list[Span]]) -> None:
        self._present = _by_agent(present)
        self._busy = _by_agent(busy)
        self.agents = frozenset(one for one, spans in present.items() if spans)
        """Who was there at all."""

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
    chosen = await presences(tx, organization_id, (since, until), who)
    handled: dict[str, list[Span]] = {}
    for row in await tx.rows("figures.stretches", organization_id, since, until, who):
        handled.setdefault(row["agent_id"], []).append((row["since"], row["until"] or until))
    present = {one: joined(there(changes, until)) for one, changes in chosen.items()}
    busy = {one: common(joined(handled.get(one, ())), spans) for one, spans in present.items()}
    return Attendance(present, busy)


async def presences(
    tx: Transaction, organization_id: str, within: Span, who: Sequence[str]
) -> dict[str, list[tuple[datetime, Presence]]]:
    """What these agents have set in a period, in order, and what each had set before it."""
    chosen: dict[str, list[tuple[datetime, Presence]]] = {}
    for row in await tx.rows("figures.presences", organization_id, *within, who):
        chosen.setdefault(row["agent_id"], []).append((row["at"], Presence(row["presence"])))
    return chosen


def _by_agent(spans: Mapping[str, list[Span]]) -> dict[str | None, Together]:
    everybody: dict[str | None, Together] = {None: Together(one for own in spans.values() for one in own)}
    return everybody | {agent: Together(own) for agent, own in spans.items()}
