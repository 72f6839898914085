"""What waits and who serves, in the order in which a pass looks at it: held between passes, changed one by one.

Conversations that ask for the same of the same queue form a line: within a pass agents only get fuller, so that once
nobody can take one of a line, nobody can take any other of it.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from valvomo.domain.routing.choosing import tired_of
from valvomo.domain.routing.facts import Seat, Waiting


@dataclass(slots=True)
class Line:
    """Conversations that the same agents may take for the same reasons, in their order of serving, never none.

    `orphans` is how many of them count as orphans now.
    """

    waiting: list[Waiting] = field(default_factory=list)
    orphans: int = 0


class Lines:
    """Everything that waits."""

    def __init__(self, waiting: Iterable[Waiting] = ()) -> None:
        self._waiting: dict[str, Waiting] = {}
        self._queues: dict[str, dict[object, Line]] = {}
        for one in sorted(waiting, key=_rank):
            self._waiting[one.id] = one
            line = self._line(one)
            line.waiting.append(one)
            line.orphans += one.orphaned

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._waiting)

    def put(self, one: Waiting) -> None:
        """It waits, as it is now."""
        if self._waiting.get(one.id) == one:
            return
        self.drop(one.id)
        self._waiting[one.id] = one
        line = self._line(one)
        insort(line.waiting, one, key=_rank)
        line.orphans += one.orphaned

    def drop(self, conversation_id: str) -> None:
        """It does not wait, or not any more."""
        one = self._waiting.pop(conversation_id, None)
        if one is None:
            return
        line = self._line(one)
        del line.waiting[bisect_left(line.waiting, _rank(one), key=_rank)]
        line.orphans -= one.orphaned
        if not line.waiting:
            del self._queues[one.queue_id][_kind(one)]

    def of(self, queues: Collection[str] | None) -> Iterator[Line]:
        """The lines of these queues, or all."""
        for queue_id in self._queues if queues is None else queues:
            yield from self._queues.get(queue_id, {}).values()

    def _line(self, one: Waiting) -> Line:
        return self._queues.setdefault(one.queue_id, {}).setdefault(_kind(one), Line())


class Tables:
    """Everybody who serves, by the queues in which they do."""

    def __init__(self, seats: Iterable[Seat] = ()) -> None:
        self._queues: dict[str, dict[str, Seat]] = {}
        self._places: dict[str, frozenset[str]] = {}
        for one in seats:
            self.put(one)

    def put(self, seat: Seat) -> None:
        """Somebody as they are now."""
        agent = seat.agent
        self.drop(agent.id)
        if agent.serves:
            self._places[agent.id] = agent.queues
            for queue_id in agent.queues:
                self._queues.setdefault(queue_id, {})[agent.id] = seat

    def drop(self, agent_id: str) -> None:
        """They do not serve, or not any more."""
        for queue_id in self._places.pop(agent_id, ()):
            del self._queues[queue_id][agent_id]

    def members(self, queue_id: str) -> Collection[Seat]:
        """Who serves in a queue."""
        return self._queues.get(queue_id, {}).values()


def _rank(one: Waiting) -> tuple[int, datetime, str]:
    """The order of serving within a queue (`turn` without the queue's priority)."""
    return (-one.priority, one.queued_at, one.id)


def _kind(one: Waiting) -> object:
    """What makes two conversations of a queue the same to every agent."""
    return (one.workstream_id, one.channel, one.units, one.needs, tired_of(one), one.postponed)
