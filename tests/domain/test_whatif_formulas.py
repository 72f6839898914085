"""Played M/M/n houses come to what Erlang's formulas say, within their confidence intervals."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sample_virtual import period, setup, worker

from valvomo.domain.whatif.erlang import erlang_a, erlang_c
from valvomo.domain.whatif.experiment import ALL, Compared, Experiment, Findings, carry_out
from valvomo.domain.whatif.synthetic import HOUR, Stream, Synthetic

HANDLE = 120.0
REPLICATIONS = 10


@dataclass(frozen=True)
class Case:
    """`people` with so many units each: together the `agents` of the formulas."""

    people: int
    load: float
    patience: float | None
    hours: int
    units: int = 1

    @property
    def agents(self) -> int:
        return self.people * self.units


CASES = [
    Case(people=1, load=0.5, patience=None, hours=40),
    Case(people=5, load=3.5, patience=None, hours=10),
    Case(people=3, units=4, load=9, patience=None, hours=6),
    Case(people=2, load=3, patience=90, hours=10),
    Case(people=10, load=9, patience=60, hours=3),
    Case(people=20, load=26, patience=150, hours=1),
]


def found(case: Case, seed: int) -> Findings:
    """The house after an hour of running in."""
    stream = Stream(
        workstream_id="w",
        queue_id="q",
        rates=(case.load / HANDLE * HOUR,),
        talk=HANDLE,
        patience=case.patience,
    )
    until = (case.hours + 1) * HOUR
    experiment = Experiment(
        load=Synthetic(streams=(stream,), seconds=until),
        period=period(until, since=HOUR),
        today=setup([worker(f"a{number}", case.units) for number in range(case.people)]),
        changed=None,
        queues=("q",),
        replications=REPLICATIONS,
    )
    last = list(carry_out(experiment, lambda number: random.Random(f"{seed}-{number}").random))[-1]
    assert isinstance(last, Findings)
    return last


def compared(case: Case, figures: dict[str, Compared]) -> Iterator[tuple[str, float, float, float]]:
    """Name, what the formula says, what was played, and half of its interval."""
    for name, value in expected(case).items():
        played = figures[name].today
        assert played is not None
        assert played.half is not None
        yield name, value, played.mean, played.half


def expected(case: Case) -> dict[str, float]:
    rate = case.load / HANDLE
    if case.patience is not None:
        impatient = erlang_a(case.agents, rate, HANDLE, case.patience)
        return {
            "wait": impatient.wait,
            "abandonment": impatient.abandoned,
            "utilisation": impatient.occupancy,
        }
    patient = erlang_c(case.agents, rate, HANDLE)
    assert patient is not None
    return {
        "speed_of_answer": patient.answer,
        "service_level": patient.service_level(20),
        "utilisation": patient.occupancy,
    }


@pytest.mark.slow  # seventy thousand visitors: fewer would leave the intervals wide
def test_played_houses_come_to_what_the_formulas_say() -> None:
    results = [
        (case, *one)
        for seed, case in enumerate(CASES)
        for one in compared(case, dict(found(case, seed).figures[ALL]))
    ]
    missed = [one for one in results if abs(one[3] - one[2]) > one[4]]
    # Of 18 intervals of 95 % one misses, give or take; more than three do once in a hundred times, and none by far.
    assert len(results) == 18
    assert len(missed) <= 3, missed
    assert not [one for one in missed if abs(one[3] - one[2]) > 2 * one[4]], missed
    # An interval that holds everything would prove nothing.
    assert [one for one in results if one[4] > 0.35 * one[2]] == []
