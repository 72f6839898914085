"""Who could be asked now, so arranged that the router need not be shown everybody."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.model import Channel
from valvomo.domain.routing.choosing import order, tired_of
from valvomo.domain.routing.facts import QueueRules, Seat, Waiting

_Rank = tuple[Any, ...]
_Alike = tuple[object, ...]

_ANYTHING = Waiting(
    id="",
    queue_id="",
    workstream_id="",
    channel=Channel.CUSTOM,
    units=0,
    queued_at=datetime(1, 1, 1, tzinfo=UTC),
)
"""In which order those who are alike are asked does not depend on for what."""


class Bench:
    """Seats by what the rules can tell of them; those who are alike in all of it sit in the order of being asked.

    Whatever is asked of them, the same is true of all who are alike. So of each such row only the first can be the one
    whom `route` chooses for a conversation, besides whom the customer knows; who has declined it too often apart.
    """

    def __init__(self, queues: Iterable[QueueRules]) -> None:
        queues = tuple(queues)
        self._manner = {one.id: (one.method, one.match) for one in queues}
        self._manners: dict[object, QueueRules] = {(one.method, one.match): one for one in queues}
        self._rows: dict[_Alike, dict[object, list[_Rank]]] = {}
        self._by_queue: dict[str, dict[_Alike, None]] = {}
        self._seats: dict[str, tuple[Seat, _Alike]] = {}
        self._profiles: dict[str, _Alike] = {}

    def put(self, seat: Seat) -> None:
        """They can be asked, as they are now."""
        self.take(seat.agent.id)
        alike = self._alike(seat.agent)
        self._seats[seat.agent.id] = (seat, alike)
        rows = self._rows.get(alike)
        if rows is None:
            rows = self._rows[alike] = {manner: [] for manner in self._manners}
            for queue in seat.agent.queues:
                self._by_queue.setdefault(queue, {})[alike] = None
        for manner, row in rows.items():
            insort(row, self._rank(manner, seat))

    def take(self, agent_id: str) -> None:
        """They cannot be asked, for now."""
        if (found := self._seats.pop(agent_id, None)) is None:
            return
        seat, alike = found
        rows = self._rows[alike]
        for manner, row in rows.items():
            del row[bisect_left(row, self._rank(manner, seat))]
        if not any(rows.values()):
            del self._rows[alike]
            for queue in seat.agent.queues:
                del self._by_queue[queue][alike]

    def first(self, waiting: Waiting) -> list[Seat]:
        """Among whom the one is whom the rules choose for it, if there is one."""
        manner, tired = self._manner[waiting.queue_id], tired_of(waiting)
        rows = (self._rows[alike][manner] for alike in self._by_queue.get(waiting.queue_id, ()))
        firsts = (next((rank[-1] for rank in row if rank[-1] not in tired), None) for row in rows)
        ids = {one for one in firsts if one is not None}
        known = self._seats.get(waiting.affinity_id or "")
        if known is not None and waiting.queue_id in known[0].agent.queues:
            ids.add(known[0].agent.id)
        return [self._seats[one][0] for one in ids]

    def _rank(self, manner: object, seat: Seat) -> _Rank:
        return order(_ANYTHING, self._manners[manner], seat)

    def _alike(self, agent: Agent) -> _Alike:
        """What the rules ask of an agent; of what they hold, the kinds of channels count where there are limits."""
        profile = self._profiles.get(agent.id)
        if profile is None:
            fixed = (agent.capacity, agent.chosen, agent.queues, agent.serves, agent.is_bot)
            profile = (*fixed, frozenset(agent.limits.items()), frozenset(agent.skills.items()))
            self._profiles[agent.id] = profile
        held = frozenset(one for one in agent.held.items() if one[1]) if agent.limits else None
        return (profile, agent.load, held)
