"""A house as it is played: who serves when, with which rules; and the time that is played."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.routing.facts import House
from valvomo.domain.routing.hours import Hours, is_open, next_closing, next_opening
from valvomo.domain.routing.overflow import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    """An agent, and when they are there: `there` are spans from a past that is known, else it goes by their hours."""

    agent: Agent
    hours: Hours | None = None
    there: tuple[tuple[datetime, datetime], ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """Rules and people.

    Of each queue there is its place for overflow, with its name, and its goal: the seconds within which to accept.
    `hours` and `skills` (names) by id are what changes may speak of.
    """

    house: House
    workers: tuple[Worker, ...]
    places: Mapping[str, Place]
    goals: Mapping[str, int]
    hours: Mapping[str, Hours] = field(default_factory=dict)
    skills: Mapping[str, str] = field(default_factory=dict)

    def manned(self) -> Setup:
        """With the number of members that each queue has."""
        counts = dict.fromkeys(self.places, 0)
        for worker in self.workers:
            for queue in worker.agent.queues & counts.keys():
                counts[queue] += 1
        return replace(
            self, places={one.id: replace(one, members=counts[one.id]) for one in self.places.values()}
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """What is played, in seconds after `start`: all up to `until`; only what comes from `since` on is counted.

    What is before that fills the house, so that the first who counts does not find it empty. `start` is in UTC, where
    every day has as many hours as the next.
    """

    start: datetime
    since: float
    until: float

    def moment(self, seconds: float) -> datetime:
        """On the calendar."""
        return self.start + timedelta(seconds=seconds)

    def seconds(self, moment: datetime) -> float:
        """From the start."""
        return (moment - self.start).total_seconds()


def rested(agent: Agent) -> Agent:
    """Somebody who is ready and holds nothing: how everybody begins."""
    return replace(agent, chosen=Presence.AVAILABLE, load=0, held={}, on_duty=False)


def turns(worker: Worker, period: Period) -> Iterator[tuple[float, bool]]:
    """When they come and go within the period, in seconds; the first is how it begins."""
    if worker.there is not None:
        yield from _of_spans(worker.there, period)
        return
    at = period.start
    there = is_open(worker.hours, at)
    yield 0.0, there
    while worker.hours is not None:
        following = next_closing(worker.hours, at) if there else next_opening(worker.hours, at)
        if following is None or period.seconds(following) >= period.until:
            return
        at, there = following, not there
        yield period.seconds(at), there


def _of_spans(spans: tuple[tuple[datetime, datetime], ...], period: Period) -> Iterator[tuple[float, bool]]:
    inside = [
        (max(0.0, period.seconds(begin)), period.seconds(end))
        for begin, end in spans
        if period.seconds(end) > 0 and period.seconds(begin) < period.until
    ]
    yield 0.0, any(begin <= 0 for begin, _ in inside)
    for begin, end in sorted(inside):
        if begin > 0:
            yield begin, True
        if end < period.until:
            yield end, False
