"""Load that was there: who came in a period, as the journal has it.

When they came, for which queue and with which needs is as it was. How long serving them takes is drawn from what was
recorded for their queue and workstream, since those who left have none; so is how long agents take to accept. Nobody
knows how long those who were answered would have waited: see `patience`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import SYNCHRONOUS, Channel
from valvomo.domain.whatif.coming import Coming, Dice, exponential
from valvomo.domain.whatif.overflowing import Standing
from valvomo.domain.whatif.setup import Period
from valvomo.domain.whatif.visits import Course, Fate, Visit

T = TypeVar("T")

LEAST_LEFT = 5
"""With fewer in a queue who left, patience is estimated from all queues together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One who came, `at` seconds after the start.

    They waited for `wait` seconds until it ended by their `fate`. `talk` and `wrap_up` are None where they are not
    known: never served, or not over yet.
    """

    id: str
    at: float
    queue_id: str
    workstream_id: str
    channel: Channel
    wait: float
    fate: Fate = Fate.ACCEPTED
    talk: float | None = None
    wrap_up: float | None = None
    priority: int = 0
    needs: tuple[Need, ...] = ()
    affinity_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Who came, in order of time, and how long agents took to accept, by workstream, in seconds."""

    records: tuple[Record, ...]
    answers: Mapping[str, Sequence[float]] = field(default_factory=dict)

    @property
    def expected(self) -> float:
        """How many come."""
        return len(self.records)

    @property
    def known(self) -> bool:
        """Whether anything is known of how long serving takes; without it there is nothing to play."""
        return any(one.talk is not None for one in self.records)

    def comings(self, dice: Dice) -> list[Coming]:
        """One possible course."""
        pools = _pools(self.records)
        patience = patience_by_queue(self.records)
        return [self._again(one, pools, patience.get(one.queue_id), dice) for one in self.records]

    def _again(self, record: Record, pools: _Pools, patience: float | None, dice: Dice) -> Coming:
        talk, wrap_up = _one_of(pools.get(_pool(record)) or pools[_ALL], dice)
        answers = self.answers.get(record.workstream_id)
        leaves = patience is not None and record.channel in SYNCHRONOUS
        return Coming(
            id=record.id,
            at=record.at,
            queue_id=record.queue_id,
            workstream_id=record.workstream_id,
            talk=talk,
            wrap_up=wrap_up,
            patience=exponential(patience, dice) if leaves and patience is not None else math.inf,
            answer=_one_of(answers, dice) if answers else 0.0,
            priority=record.priority,
            needs=record.needs,
            affinity_id=record.affinity_id,
        )


def as_it_was(records: Sequence[Record], period: Period) -> Course:
    """What really became of those who came in what is counted; how agents spent their time is not in it."""
    visits = tuple(
        Visit(
            coming=Coming(
                id=one.id,
                at=one.at,
                queue_id=one.queue_id,
                workstream_id=one.workstream_id,
                talk=one.talk or 0.0,
            ),
            standing=Standing(queue_id=one.queue_id, since=period.moment(one.at)),
            fate=one.fate,
            ended=None if one.fate is Fate.WAITING else one.at + one.wait,
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


_ALL = ("", "")
_Pools = Mapping[tuple[str, str], Sequence[tuple[float, float]]]


def _pool(record: Record) -> tuple[str, str]:
    return (record.queue_id, record.workstream_id)


def _pools(records: Sequence[Record]) -> _Pools:
    """Times of serving by queue and workstream, and all of them."""
    found: dict[tuple[str, str], list[tuple[float, float]]] = {_ALL: []}
    for one in records:
        if one.talk is not None:
            times = (one.talk, one.wrap_up or 0.0)
            found.setdefault(_pool(one), []).append(times)
            found[_ALL].append(times)
    return found


def _one_of(values: Sequence[T], dice: Dice) -> T:
    return values[int(dice() * len(values))]
