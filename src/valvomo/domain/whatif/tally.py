"""What a course comes to, counted as the real house counts (spec 1 §8)."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import timedelta
from math import fsum
from statistics import fmean

from valvomo.domain.figures.counting import milliseconds
from valvomo.domain.figures.entries import Counter, Entry
from valvomo.domain.figures.sums import Goal, Sums, service_level, speed_of_answer, summed
from valvomo.domain.whatif.people import Spent
from valvomo.domain.whatif.visits import Course, Fate, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of those who came within what is counted; None where there is nothing to divide. Times are seconds.

    Counts: `arrivals = served + abandoned + turned_away + waiting`, the last being those to whom nothing had happened
    at the end. `abandonment` is abandoned / (served + abandoned).

    Waits run from coming to acceptance or leaving, or to the end where they go on still: their mean, median and 90th
    percentile, and the longest. `speed_of_answer` is the mean wait of the served.

    `service_level` is accepted within N seconds / (served + abandoned), `of_accepted` / served;
    `without_short_abandons` leaves out who left too soon to be answered. `passed` is how often somebody was passed on
    to another queue, `wait_again` the mean of their waits there; `rejected` and `missed` are offers. `occupancy` is
    time serving / time there, `utilisation` units held / units there were.
    """

    arrivals: float
    served: float
    abandoned: float
    turned_away: float
    waiting: float
    abandonment: float | None
    wait: float | None
    wait_p50: float | None
    wait_p90: float | None
    longest: float | None
    speed_of_answer: float | None
    service_level: float | None
    of_accepted: float | None
    without_short_abandons: float | None
    passed: float
    wait_again: float | None
    rejected: float
    missed: float
    occupancy: float | None
    utilisation: float | None


NAMES = tuple(one.name for one in fields(Figures))


def tally(course: Course, queues: Collection[str], goals: Mapping[str, int]) -> Figures:
    """The figures of these queues together, and of the agents who serve in any of them.

    Somebody counts for the queue in which they are or were last.
    """
    visits = [one for one in course.visits if one.standing.queue_id in queues]
    spent = [one for one in course.spent if not one.queues.isdisjoint(queues)]
    sums = _sums(visits, course, goals)
    level = service_level(sums)
    waits = sorted(wait for one in visits if (wait := _wait(one, course)) is not None)
    fates = [one.fate for one in visits]
    return Figures(
        arrivals=len(visits),
        served=fates.count(Fate.ACCEPTED),
        abandoned=fates.count(Fate.ABANDONED),
        turned_away=fates.count(Fate.TURNED_AWAY),
        waiting=fates.count(Fate.WAITING),
        abandonment=_ratio(level.abandoned, level.accepted + level.abandoned),
        wait=fmean(waits) if waits else None,
        wait_p50=percentile(waits, 0.5),
        wait_p90=percentile(waits, 0.9),
        longest=waits[-1] if waits else None,
        speed_of_answer=speed_of_answer(sums),
        service_level=level.of_offered,
        of_accepted=level.of_accepted,
        without_short_abandons=level.without_short_abandons,
        passed=sum(one.passed for one in visits),
        wait_again=_mean(wait for one in visits for wait in _again(one, course)),
        rejected=sum(one.rejected for one in visits),
        missed=sum(one.missed for one in visits),
        occupancy=_ratio(_total(spent, "busy"), _total(spent, "there")),
        utilisation=_ratio(_total(spent, "carried"), _total(spent, "room")),
    )


def waits_over_time(course: Course, queues: Collection[str], slices: int) -> list[float | None]:
    """The mean wait of those who came in each of so many equal slices of what is counted, in seconds."""
    period = course.period
    width = (period.until - period.since) / slices
    sums: list[list[float]] = [[] for _ in range(slices)]
    for one in course.visits:
        wait = _wait(one, course)
        if wait is not None and one.standing.queue_id in queues:
            sums[min(int((one.coming.at - period.since) / width), slices - 1)].append(wait)
    return [fmean(inside) if inside else None for inside in sums]


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest of the ordered values that so large a share of them does not exceed (nearest rank)."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else None


def _sums(visits: Iterable[Visit], course: Course, goals: Mapping[str, int]) -> Sums:
    """The same entries as are counted of real conversations, each queue judged by its own goal."""
    inside: dict[str, list[Entry]] = {}
    for one in visits:
        counter = {Fate.ACCEPTED: Counter.ANSWERED, Fate.ABANDONED: Counter.LEFT}.get(one.fate)
        if counter is not None and one.ended is not None:
            wait = milliseconds(timedelta(seconds=one.ended - one.coming.at))
            entry = Entry(counter=counter, at=course.period.moment(one.ended), ms=wait)
            inside.setdefault(one.standing.queue_id, []).append(entry)
    together = Sums()
    for queue, entries in inside.items():
        together.add(summed(entries, Goal(goals[queue])))
    return together


def _wait(visit: Visit, course: Course) -> float | None:
    """None for who was sent away: they were not let wait."""
    if visit.fate is Fate.TURNED_AWAY:
        return None
    return (course.period.until if visit.ended is None else visit.ended) - visit.coming.at


def _again(visit: Visit, course: Course) -> Iterator[float]:
    """Those that are over, and the one so far that is not."""
    yield from visit.again
    if visit.passed_at is not None:
        yield course.period.until - visit.passed_at


def _mean(values: Iterable[float]) -> float | None:
    known = list(values)
    return fmean(known) if known else None


def _total(spent: Iterable[Spent], name: str) -> float:
    return fsum(getattr(one, name) for one in spent)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole > 0 else None
