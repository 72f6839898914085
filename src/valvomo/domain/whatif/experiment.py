"""The experiment: the same visitors in today's house and in the changed one, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import fmean

from valvomo.domain.whatif.chance import Dice
from valvomo.domain.whatif.noise import Difference, Estimate, difference, estimate
from valvomo.domain.whatif.playing import play
from valvomo.domain.whatif.recorded import Recorded
from valvomo.domain.whatif.ruling import Ruled, ruled
from valvomo.domain.whatif.setup import Period, Setup
from valvomo.domain.whatif.synthetic import Synthetic
from valvomo.domain.whatif.tally import NAMES, Figures, tally, waits_over_time
from valvomo.domain.whatif.visits import Course

ALL = "all"
SLICES = 48
"""So many points has the course of waits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Experiment:
    """What is played, `replications` times; without `changed` there is one column.

    `queues` are those that are told of: all are played.
    """

    load: Recorded | Synthetic
    period: Period
    today: Setup
    changed: Setup | None
    queues: tuple[str, ...]
    replications: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One figure; None where there was nothing to divide in any replication, or nothing was changed."""

    today: Estimate | None
    changed: Estimate | None
    difference: Difference | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """The mean wait of those who came from `at` on until the next slice, in seconds, over all replications."""

    at: datetime
    today: float | None
    changed: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuledOnAverage:
    """How many come into another queue by changed rules of classification, and how many stay whatever these say."""

    moved: float
    kept: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Figures by name (`tally.Figures`), of all queues together (`all`) and of each; and how waits went over time.

    `ruled` is None where no rule of classification was changed.
    """

    figures: Mapping[str, Mapping[str, Compared]]
    course: tuple[Slice, ...]
    replications: int
    ruled: RuledOnAverage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """So many of the courses have been played."""

    done: int
    of: int


@dataclass(slots=True)
class _Column:
    """What the replications came to in one house."""

    figures: dict[str, list[Figures]]
    waits: list[list[float | None]]

    def values(self, scope: str, name: str) -> list[float | None]:
        return [getattr(one, name) for one in self.figures[scope]]


def carry_out(experiment: Experiment, dice: Callable[[int], Dice]) -> Iterator[Progress | Findings]:
    """Progress after each course, the findings last. `dice` gives each replication (from 0) dice of its own."""
    setups = [one for one in (experiment.today, experiment.changed) if one is not None]
    columns = [_Column({scope: [] for scope in (ALL, *experiment.queues)}, []) for _ in setups]
    total = experiment.replications * len(setups)
    by_rules: list[Ruled] = []
    done = 0
    yield Progress(done=0, of=total)
    for number in range(experiment.replications):
        comings = experiment.load.comings(dice(number))
        for setup, column in zip(setups, columns, strict=True):
            mine = ruled(comings, experiment.today.house.workstreams, setup.house.workstreams)
            by_rules.append(mine)
            _count(column, play(setup, mine.comings, experiment.period), experiment.queues, setup.goals)
            done += 1
            yield Progress(done=done, of=total)
    yield _findings(experiment, columns, [one for one in by_rules if one.changed])


def _count(column: _Column, course: Course, queues: Sequence[str], goals: Mapping[str, int]) -> None:
    column.figures[ALL].append(tally(course, queues, goals))
    for queue in queues:
        column.figures[queue].append(tally(course, (queue,), goals))
    column.waits.append(waits_over_time(course, queues, SLICES))


def _findings(experiment: Experiment, columns: Sequence[_Column], by_rules: Sequence[Ruled]) -> Findings:
    today, changed = columns[0], columns[1] if len(columns) > 1 else None
    return Findings(
        figures={
            scope: {name: _compared(today, changed, scope, name) for name in NAMES} for scope in today.figures
        },
        course=tuple(_course(experiment.period, today, changed)),
        replications=experiment.replications,
        ruled=_on_average(by_rules) if by_rules else None,
    )


def _on_average(by_rules: Sequence[Ruled]) -> RuledOnAverage:
    return RuledOnAverage(
        moved=fmean(one.moved for one in by_rules), kept=fmean(one.kept for one in by_rules)
    )


def _compared(today: _Column, changed: _Column | None, scope: str, name: str) -> Compared:
    before = today.values(scope, name)
    after = None if changed is None else changed.values(scope, name)
    return Compared(
        today=_known(before),
        changed=None if after is None else _known(after),
        difference=None if after is None else difference(before, after),
    )


def _known(values: Sequence[float | None]) -> Estimate | None:
    return estimate([one for one in values if one is not None])


def _course(period: Period, today: _Column, changed: _Column | None) -> Iterator[Slice]:
    width = (period.until - period.since) / SLICES
    for place in range(SLICES):
        yield Slice(
            at=period.moment(period.since + place * width),
            today=_mean(one[place] for one in today.waits),
            changed=None if changed is None else _mean(one[place] for one in changed.waits),
        )


def _mean(values: Iterator[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return fmean(known) if known else None
