"""Who waits: a line for each kind of conversation, in the order in which they are served."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from valvomo.domain.routing.choosing import tired_of
from valvomo.domain.routing.facts import Waiting
from valvomo.domain.routing.route import turn

_Turn = tuple[int, int, datetime, str]


class Lines:
    """Conversations that ask for the same of the same queue stand in one line.

    `route` serves a line in its order, and once nobody can take one of it, nobody can take any other. So it gives the
    same offers for the first few of each line as for all that wait, if nobody could take more than so few.
    """

    def __init__(self) -> None:
        self._lines: dict[str, dict[object, list[tuple[_Turn, Waiting]]]] = {}
        self._lengths: dict[str, int] = {}

    def add(self, waiting: Waiting) -> bool:
        """Whether it is alone in its line."""
        line = self._lines.setdefault(waiting.queue_id, {}).setdefault(_kind(waiting), [])
        insort(line, (turn(waiting, 0), waiting), key=lambda one: one[0])
        self._lengths[waiting.queue_id] = self.length(waiting.queue_id) + 1
        return len(line) == 1

    def remove(self, waiting: Waiting) -> None:
        """It waits no more; it did."""
        lines = self._lines[waiting.queue_id]
        line = lines[_kind(waiting)]
        del line[bisect_left(line, turn(waiting, 0), key=lambda one: one[0])]
        if not line:
            del lines[_kind(waiting)]
        self._lengths[waiting.queue_id] -= 1

    def heads(self, queues: Iterable[str], most: int | None) -> Iterator[Waiting]:
        """The first `most` of each line of these queues; None for all."""
        for queue in queues:
            for line in self._lines.get(queue, {}).values():
                yield from (one for _, one in islice(line, most))

    def length(self, queue_id: str) -> int:
        """How many wait in the queue."""
        return self._lengths.get(queue_id, 0)


def _kind(waiting: Waiting) -> object:
    return (waiting.workstream_id, waiting.channel, waiting.units, waiting.needs, tired_of(waiting))
