"""The pass of the router: everything that waits and everybody who serves, to offers with reasons.

What waits is served by priority of its queue, own priority, age. Each offer counts into its agent's load before the
next is decided, exactly as if `decide` were asked for one conversation after the other. What makes a pass over many
quick is that conversations that ask for the same of the same queue form a class: within a pass agents only get
fuller, so that once nobody can take one of a class, nobody can take any other of it.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from valvomo.domain.agents.capacity import holding
from valvomo.domain.routing.choosing import Decision, Outcome, decide, tired_of
from valvomo.domain.routing.facts import House, Seat, Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Routed:
    """What is to be done now: who is asked, what nobody will take, and what somebody may take again.

    `held_up` has one decision for each class that waits on, by the first of its conversations, and `behind` the others
    of the same class, for which the same is true.
    """

    offers: tuple[Decision, ...] = ()
    orphans: tuple[Decision, ...] = ()
    regained: tuple[Decision, ...] = ()
    held_up: tuple[Decision, ...] = ()
    behind: Mapping[str, tuple[Waiting, ...]] = field(default_factory=dict)

    @property
    def queues(self) -> frozenset[str]:
        """Whose conversations are offered, given up, or not given up any more."""
        return frozenset(one.waiting.queue_id for one in (*self.offers, *self.orphans, *self.regained))

    def full(self, most: int) -> bool:
        """Whether there may be more to do than could be done at once."""
        return len(self.offers) >= most or max(len(self.orphans), len(self.regained)) > most


@dataclass(slots=True)
class _Class:
    """Conversations that the same agents may take for the same reasons, in their order of serving."""

    waiting: list[Waiting]
    next: int = 0


def route(
    waiting: Iterable[Waiting], seats: Iterable[Seat], house: House, *, at: datetime, most: int | None = None
) -> Routed:
    """Everything that can be offered now, at most `most` offers; what is left has its turn in the next pass."""
    tables = _by_queue(seats)
    classes = _classes(waiting, house)
    heap = [(_turn(one.waiting[0], house), number) for number, one in enumerate(classes)]
    heapq.heapify(heap)
    offers: list[Decision] = []
    ended: list[tuple[_Class, Decision]] = []
    while heap and (most is None or len(offers) < most):
        _, number = heap[0]
        group = classes[number]
        first = group.waiting[group.next]
        decision = decide_at(first, tables.get(first.queue_id, {}).values(), house)
        if decision.outcome is not Outcome.OFFERED or decision.agent_id is None:
            heapq.heappop(heap)
            ended.append((group, decision))
            continue
        offers.append(decision)
        _seat(tables, decision, at)
        group.next += 1
        if group.next == len(group.waiting):
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (_turn(group.waiting[group.next], house), number))
    return _routed(offers, ended)


def decide_at(waiting: Waiting, members: Iterable[Seat], house: House) -> Decision:
    """The decision for one conversation by the rules of its house."""
    return decide(waiting, house.workstreams[waiting.workstream_id], house.queues[waiting.queue_id], members)


def turn(waiting: Waiting, queue_priority: int) -> tuple[int, int, datetime, str]:
    """The order of serving: queue priority, own priority, age, and the id where all are equal."""
    return (-queue_priority, -waiting.priority, waiting.queued_at, waiting.id)


def _turn(waiting: Waiting, house: House) -> tuple[int, int, datetime, str]:
    return turn(waiting, house.queues[waiting.queue_id].priority)


def _by_queue(seats: Iterable[Seat]) -> dict[str, dict[str, Seat]]:
    tables: dict[str, dict[str, Seat]] = {}
    for seat in sorted(seats, key=lambda one: one.agent.id):
        if seat.agent.serves:
            for queue_id in seat.agent.queues:
                tables.setdefault(queue_id, {})[seat.agent.id] = seat
    return tables


def _classes(waiting: Iterable[Waiting], house: House) -> list[_Class]:
    groups: dict[object, _Class] = {}
    for one in sorted(waiting, key=lambda one: _turn(one, house)):
        key = (one.queue_id, one.workstream_id, one.channel, one.units, one.needs, tired_of(one))
        groups.setdefault(key, _Class([])).waiting.append(one)
    return list(groups.values())


def _seat(tables: Mapping[str, dict[str, Seat]], decision: Decision, at: datetime) -> None:
    """The chosen agent carries it from now on, in every queue that they serve."""
    waiting, seat = decision.waiting, decision.considered[0].seat
    seated = replace(seat, agent=holding(seat.agent, waiting.units, waiting.channel), asked_at=at)
    for queue_id in seated.agent.queues:
        tables[queue_id][seated.agent.id] = seated


def _routed(offers: list[Decision], ended: list[tuple[_Class, Decision]]) -> Routed:
    orphans: list[Decision] = []
    regained: list[Decision] = []
    held_up: list[Decision] = []
    behind: dict[str, tuple[Waiting, ...]] = {}
    for group, decision in ended:
        rest = group.waiting[group.next :]
        if decision.outcome is Outcome.ORPHANED:
            orphans.extend(replace(decision, waiting=one) for one in rest if not one.orphaned)
        else:
            regained.extend(replace(decision, waiting=one) for one in rest if one.orphaned)
            held_up.append(decision)
            behind[decision.waiting.id] = tuple(rest[1:])
    return Routed(
        offers=tuple(offers),
        orphans=tuple(orphans),
        regained=tuple(regained),
        held_up=tuple(held_up),
        behind=behind,
    )
