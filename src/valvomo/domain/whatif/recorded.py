"""Load that was there: who came in a period, as the journal has it.

When they came, for which queue and with which needs is as it was. How long serving them takes, and whether they are
then passed on and to which queue, is drawn from what was recorded for their queue and workstream, since those who left
have none; so is how agents answer who are asked. Nobody knows how long those who were answered would have waited: see
`patience_by_queue`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import SYNCHRONOUS, Channel
from valvomo.domain.whatif.answering import Answering, Answers
from valvomo.domain.whatif.chance import Dice, exponential, luck, one_of
from valvomo.domain.whatif.coming import Coming, Matter, Onward
from valvomo.domain.whatif.handling import Stretch
from valvomo.domain.whatif.overflowing import Standing
from valvomo.domain.whatif.setup import Period
from valvomo.domain.whatif.visits import Course, Fate, Visit

LEAST_LEFT = 5
"""With fewer in a queue who left, patience is estimated from all queues together."""
MOST_PASSES = 10
"""So often somebody is passed on at most: two queues could pass people to and fro."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One who came, `at` seconds after the start.

    They waited for `wait` seconds until it ended by their `fate`. How they were `served` is empty where it is not
    known: never, or not over yet. `last_queue_id` is the queue in which they are or were last. `again` are their waits
    after having been passed on, `rejected` and `missed` the offers of them that came to nothing.
    """

    id: str
    at: float
    queue_id: str
    workstream_id: str
    channel: Channel
    wait: float
    fate: Fate = Fate.ACCEPTED
    last_queue_id: str | None = None
    served: tuple[Stretch, ...] = ()
    again: tuple[float, ...] = ()
    passed: int = 0
    rejected: int = 0
    missed: int = 0
    priority: int = 0
    needs: tuple[Need, ...] = ()
    affinity_id: str | None = None
    matter: Matter | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Who came, in order of time, and how agents answered who were asked to take them."""

    records: tuple[Record, ...]
    answers: Answers = field(default_factory=Answers)

    @property
    def expected(self) -> float:
        """How many come."""
        return len(self.records)

    @property
    def known(self) -> bool:
        """Whether anything is known of how long serving takes; without it there is nothing to play."""
        return any(one.served for one in self.records)

    def comings(self, dice: Dice) -> list[Coming]:
        """One possible course."""
        known = _Known(self)
        return [known.again(one, dice) for one in self.records]


class _Known:
    """What one possible course is drawn from."""

    def __init__(self, load: Recorded) -> None:
        self._stretches: dict[tuple[str, str], list[Stretch]] = {}
        self._all: list[Stretch] = []
        self._patience = patience_by_queue(load.records)
        self._answers = load.answers
        self._answering: dict[tuple[str, str], Answering] = {}
        for one in load.records:
            queue = one.queue_id
            for stretch in one.served:
                self._stretches.setdefault((queue, one.workstream_id), []).append(stretch)
                self._all.append(stretch)
                queue = stretch.to or queue

    def again(self, record: Record, dice: Dice) -> Coming:
        first, onward, wrap_up = self._served(record, dice)
        return Coming(
            id=record.id,
            at=record.at,
            queue_id=record.queue_id,
            workstream_id=record.workstream_id,
            talk=first,
            wrap_up=wrap_up,
            patience=self._leaves(record, record.queue_id, dice),
            onward=onward,
            answering=self._answers_of(record),
            luck=luck(dice),
            priority=record.priority,
            needs=record.needs,
            affinity_id=record.affinity_id,
            matter=record.matter,
        )

    def _served(self, record: Record, dice: Dice) -> tuple[float, tuple[Onward, ...], float]:
        """The first talk, then wherever they are passed on to, and the wrap-up."""
        queue, onward = record.queue_id, list[Onward]()
        stretch = self._one(queue, record, dice)
        first = stretch.talk
        while stretch.to is not None and stretch.to != queue and len(onward) < MOST_PASSES:
            queue = stretch.to
            stretch = self._one(queue, record, dice)
            patience = self._leaves(record, queue, dice)
            onward.append(Onward(queue_id=queue, talk=stretch.talk, patience=patience))
        return first, tuple(onward), stretch.wrap_up

    def _one(self, queue_id: str, record: Record, dice: Dice) -> Stretch:
        return one_of(self._stretches.get((queue_id, record.workstream_id)) or self._all, dice)

    def _leaves(self, record: Record, queue_id: str, dice: Dice) -> float:
        mean = self._patience.get(queue_id) if record.channel in SYNCHRONOUS else None
        return math.inf if mean is None else exponential(mean, dice)

    def _answers_of(self, record: Record) -> Answering:
        where = (record.queue_id, record.workstream_id)
        if where not in self._answering:
            self._answering[where] = self._answers.of(*where)
        return self._answering[where]


def as_it_was(records: Sequence[Record], period: Period) -> Course:
    """What really became of those who came in what is counted; how agents spent their time is not in it."""
    visits = tuple(
        Visit(
            coming=Coming(
                id=one.id,
                at=one.at,
                queue_id=one.queue_id,
                workstream_id=one.workstream_id,
                talk=sum(stretch.talk for stretch in one.served),
            ),
            standing=Standing(queue_id=one.last_queue_id or one.queue_id, since=period.moment(one.at)),
            fate=one.fate,
            ended=None if one.fate is Fate.WAITING else one.at + one.wait,
            passed=one.passed,
            again=list(one.again),
            rejected=one.rejected,
            missed=one.missed,
        )
        for one in records
        if period.since <= one.at < period.until
    )
    return Course(period=period, visits=visits, spent=())


def patience_by_queue(records: Sequence[Record]) -> dict[str, float]:
    """Mean patience in seconds, by queue; queues where nobody can leave, or where none ever left, are not in it.

    The wait of everybody who was answered is a patience cut off: it only shows that theirs was longer. For exponential
    patience the maximum likelihood with such censoring is `all seconds waited / number of those who left`. The
    exponential law is Erlang A's; unlike a Kaplan-Meier curve it says something of waits longer than any that was seen,
    and that is just what a house with fewer people asks for.
    """
    queues: dict[str, list[Record]] = {}
    for one in records:
        if one.channel in SYNCHRONOUS:
            queues.setdefault(one.queue_id, []).append(one)
    overall = mean_patience([one for inside in queues.values() for one in inside], least=1)
    found = {queue: mean_patience(inside, least=LEAST_LEFT) or overall for queue, inside in queues.items()}
    return {queue: mean for queue, mean in found.items() if mean is not None}


def mean_patience(records: Sequence[Record], *, least: int) -> float | None:
    """The estimate for these alone; None where fewer than `least` left."""
    left = sum(one.fate is Fate.ABANDONED for one in records)
    return max(sum(one.wait for one in records) / left, 1.0) if left >= least else None
