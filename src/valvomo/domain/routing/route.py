"""The pass of the router: what waits and who serves, to offers with reasons.

What waits is served by priority of its queue, own priority, age. Each offer counts into its agent's load before the
next is decided, exactly as if `decide` were asked for one conversation after the other. A pass over many is quick
because it decides in full only where somebody is asked or where an explanation is wanted: of a line that nobody can
take it is enough to know that.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from valvomo.domain.agents.capacity import holding
from valvomo.domain.routing.choosing import Decision, decide, orphan_cause, why_not
from valvomo.domain.routing.facts import House, Seat, Waiting
from valvomo.domain.routing.lines import Line, Lines, Tables

Turn = tuple[int, int, datetime, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What is to be done now: who is asked, what nobody will take, and what somebody may take again.

    `held_up` has one decision for each line that waits on and is to be explained, by the first of its conversations,
    and `behind` the others of that line, for which the same is true. `left` are queues that the pass did not finish.
    """

    offers: tuple[Decision, ...] = ()
    orphans: tuple[Decision, ...] = ()
    regained: tuple[Decision, ...] = ()
    held_up: tuple[Decision, ...] = ()
    behind: Mapping[str, tuple[Waiting, ...]] = field(default_factory=dict)
    left: frozenset[str] = frozenset()


def route(
    waiting: Iterable[Waiting], seats: Iterable[Seat], house: House, *, at: datetime, most: int | None = None
) -> Routed:
    """Everything that can be offered now, at most `most` offers; what is left has its turn in the next pass."""
    return serve(Lines(waiting), Tables(seats), house, at=at, most=most)


def serve(
    lines: Lines,
    tables: Tables,
    house: House,
    *,
    at: datetime,
    most: int | None = None,
    queues: Collection[str] | None = None,
    explained: Callable[[Sequence[Waiting]], bool] = bool,
) -> Routed:
    """The same for these queues (None: all) of what is held; a line that waits on is decided if it is `explained`."""
    found = _Pass(tables, house, at)
    there = list(lines.of(queues))
    heap = [(_turn(line.waiting[0], house), number, 0) for number, line in enumerate(there)]
    heapq.heapify(heap)
    while heap and (most is None or len(found.offers) < most):
        _, number, at_place = heap[0]
        line = there[number]
        if not found.ask(line.waiting[at_place]):
            heapq.heappop(heap)
            found.end(line, at_place, explained)
        elif at_place + 1 == len(line.waiting):
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (_turn(line.waiting[at_place + 1], house), number, at_place + 1))
    return found.routed(frozenset(there[number].waiting[0].queue_id for _, number, _ in heap))


def decide_at(waiting: Waiting, members: Iterable[Seat], house: House) -> Decision:
    """The decision for one conversation by the rules of its house."""
    return decide(waiting, house.workstreams[waiting.workstream_id], house.queues[waiting.queue_id], members)


def turn(waiting: Waiting, queue_priority: int) -> Turn:
    """The order of serving: queue priority, own priority, age, and the id where all are equal."""
    return (-queue_priority, -waiting.priority, waiting.queued_at, waiting.id)


def _turn(waiting: Waiting, house: House) -> Turn:
    return turn(waiting, house.queues[waiting.queue_id].priority)


class _Pass:
    """What has come of a pass so far; the tables stay as they are, who was asked is in `_asked` as they are by it."""

    def __init__(self, tables: Tables, house: House, at: datetime) -> None:
        self.offers: list[Decision] = []
        self._tables, self._house, self._at = tables, house, at
        self._asked: dict[str, Seat] = {}
        self._roomy: dict[tuple[str, int], list[Seat]] = {}
        self._orphans: list[Decision] = []
        self._regained: list[Decision] = []
        self._held_up: list[Decision] = []
        self._behind: dict[str, tuple[Waiting, ...]] = {}

    def ask(self, one: Waiting) -> bool:
        """Ask whoever is the one to be asked; False where nobody can be, or nobody is to be now."""
        if one.postponed is not None:
            return False
        stream, queue = self._house.workstreams[one.workstream_id], self._house.queues[one.queue_id]
        if not any(why_not(one, stream, queue, self._now(seat)) is None for seat in self._with_room(one)):
            return False
        decision = decide(one, stream, queue, self._members(one.queue_id))
        self.offers.append(decision)
        seat = decision.considered[0].seat
        agent = holding(seat.agent, one.units, one.channel)
        self._asked[agent.id] = replace(seat, agent=agent, asked_at=self._at)
        return True

    def end(self, line: Line, at_place: int, explained: Callable[[Sequence[Waiting]], bool]) -> None:
        """Nobody can be asked to take what this line has from that place on."""
        rest = line.waiting[at_place:]
        queue_id = rest[0].queue_id
        later = rest[0].postponed is not None
        if not later and orphan_cause(rest[0], self._house.queues[queue_id], self._tables.members(queue_id)):
            if line.orphans < len(line.waiting):
                decision = decide_at(rest[0], self._members(queue_id), self._house)
                self._orphans += [replace(decision, waiting=one) for one in rest if not one.orphaned]
            return
        wanted = explained(rest)
        if not wanted and not line.orphans:
            return
        decision = decide_at(rest[0], self._members(queue_id), self._house)
        self._regained += [replace(decision, waiting=one) for one in rest if one.orphaned]
        if wanted:
            self._held_up.append(decision)
            self._behind[rest[0].id] = tuple(rest[1:])

    def routed(self, left: frozenset[str]) -> Routed:
        """All of it."""
        return Routed(
            offers=tuple(self.offers),
            orphans=tuple(self._orphans),
            regained=tuple(self._regained),
            held_up=tuple(self._held_up),
            behind=self._behind,
            left=left,
        )

    def _now(self, seat: Seat) -> Seat:
        return self._asked.get(seat.agent.id, seat)

    def _members(self, queue_id: str) -> list[Seat]:
        return [self._now(seat) for seat in self._tables.members(queue_id)]

    def _with_room(self, one: Waiting) -> list[Seat]:
        """Members who had room for so many units when the pass began, on duty: nobody else can be asked in it."""
        key = (one.queue_id, one.units)
        if key not in self._roomy:
            self._roomy[key] = [
                seat
                for seat in self._tables.members(one.queue_id)
                if seat.agent.on_duty and seat.agent.capacity - seat.agent.load >= one.units
            ]
        return self._roomy[key]
