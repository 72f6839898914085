"""What a course comes to, how much of it is chance, and what of it changes make."""

import random
from collections.abc import Callable
from statistics import fmean

import pytest
from sample_virtual import START, coming, period, setup, worker

from valvomo.domain.routing.facts import QueueRules
from valvomo.domain.whatif.changes import AgentChange, AgentChanges, Changes
from valvomo.domain.whatif.changing import changed
from valvomo.domain.whatif.experiment import ALL, SLICES, Experiment, Findings, Progress, carry_out
from valvomo.domain.whatif.noise import difference, estimate, student
from valvomo.domain.whatif.playing import play
from valvomo.domain.whatif.setup import Setup
from valvomo.domain.whatif.synthetic import HOUR, Stream, Synthetic
from valvomo.domain.whatif.tally import percentile, tally, waits_over_time


def test_the_figures_of_a_small_day() -> None:
    """One agent: served at once, after 40 s, left after 4 s, still waiting at the end; another queue beside it."""
    queues = [QueueRules(id="q"), QueueRules(id="r")]
    house = setup([worker("aino", queues="q"), worker("eino", queues="r")], queues=queues)
    comings = [
        coming("one", 0, talk=50),
        coming("two", 10, talk=200),
        coming("hasty", 20, patience=4),
        coming("last", 30),
        coming("other", 0, queue_id="r", talk=25),
    ]
    course = play(house, comings, period(100))
    found = tally(course, ("q",), house.goals)
    assert (found.arrivals, found.served, found.abandoned, found.turned_away, found.waiting) == (
        4,
        2,
        1,
        0,
        1,
    )
    # Who still waits at the end counts with the 70 s so far.
    assert found.wait == pytest.approx((0 + 40 + 4 + 70) / 4)
    assert (found.wait_p50, found.wait_p90, found.longest) == (4, 70, 70)
    assert found.speed_of_answer == 20
    assert found.service_level == pytest.approx(1 / 3)
    assert (found.of_accepted, found.without_short_abandons) == (1 / 2, 1 / 2)
    assert found.abandonment == pytest.approx(1 / 3)
    assert found.occupancy == 1
    everything = tally(course, ("q", "r"), house.goals)
    assert (everything.arrivals, everything.served) == (5, 3)
    assert everything.service_level == pytest.approx(2 / 4)
    assert everything.occupancy == pytest.approx(125 / 200)
    assert waits_over_time(course, ("q",), 10)[:5] == [0, 40, 4, 70, None]


def test_occupancy_is_time_and_utilisation_is_units() -> None:
    house = setup([worker("aino", 4)])
    found = tally(
        play(house, [coming("one", 0, talk=50), coming("two", 0, talk=25)], period(100)), ("q",), house.goals
    )
    assert found.occupancy == pytest.approx(0.5)
    assert found.utilisation == pytest.approx((50 + 25) / 400)


def test_nothing_to_divide_is_nothing() -> None:
    house = setup([])
    found = tally(play(house, [], period(100)), ("q",), house.goals)
    assert found.arrivals == 0
    assert (found.wait, found.longest, found.service_level, found.occupancy) == (None, None, None, None)


def test_percentiles_are_values_that_were_there() -> None:
    assert percentile([], 0.5) is None
    assert [percentile([1, 2, 3, 4], share) for share in (0, 0.5, 0.51, 0.9, 1)] == [1, 2, 3, 4, 4]


def test_student_meets_its_expansion() -> None:
    assert student(1) == 12.7062
    assert student(30) == pytest.approx(2.0423)
    assert student(31) == pytest.approx(2.0395, abs=1e-4)
    assert student(100) == pytest.approx(1.9840, abs=5e-5)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    dice = random.Random(5)
    held = 0
    for _ in range(2000):
        found = estimate([dice.gauss(10, 3) for _ in range(6)])
        assert found is not None
        held += found.holds(10)
    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_one_replication_tells_no_chance() -> None:
    alone = estimate([3.0])
    assert alone is not None
    assert (alone.mean, alone.half) == (3.0, None)
    assert estimate([]) is None
    assert difference([1.0], [2.0]) == difference([1.0, None], [2.0, 5.0])


def test_a_difference_is_judged_visitor_by_visitor() -> None:
    """Each column varies wildly, the difference hardly."""
    found = difference([10, 90, 50, 30], [8, 88.5, 47.5, 28])
    assert found is not None
    assert found.mean == -2
    assert found.beyond_noise
    noise = difference([10, 90, 50, 30], [11, 88, 52, 29])
    assert noise is not None
    assert not noise.beyond_noise
    same = difference([1, 2], [1, 2])
    assert same is not None
    assert not same.beyond_noise


def experiment(after: Setup | None, house: Setup) -> Experiment:
    stream = Stream(workstream_id="w", queue_id="q", rates=(90.0,), talk=120, patience=90)
    return Experiment(
        load=Synthetic(streams=(stream,), seconds=2 * HOUR),
        period=period(2 * HOUR),
        today=house,
        changed=after,
        queues=("q",),
        replications=6,
    )


def seeded(number: int) -> Callable[[], float]:
    return random.Random(number).random


def test_one_more_agent_is_seen_beyond_the_noise() -> None:
    house = setup([worker("aino"), worker("eino")])
    after = changed(house, Changes(agents=AgentChanges(change={"aino": AgentChange(capacity=3)})))
    assert isinstance(after, Setup)
    steps = list(carry_out(experiment(after, house), seeded))
    findings = steps[-1]
    assert isinstance(findings, Findings)
    assert steps[:-1] == [Progress(done=done, of=12) for done in range(13)]
    figures = findings.figures[ALL]
    assert figures == findings.figures["q"]
    wait = figures["wait"]
    assert wait.today is not None
    assert wait.changed is not None
    assert wait.difference is not None
    assert wait.difference.beyond_noise
    assert wait.difference.mean == pytest.approx(wait.changed.mean - wait.today.mean)
    assert wait.difference.mean < -10
    arrivals = figures["arrivals"].difference
    assert arrivals is not None
    assert (arrivals.mean, arrivals.beyond_noise) == (0, False)
    assert len(findings.course) == SLICES
    assert findings.course[0].at == START
    shown = [one.changed for one in findings.course if one.changed is not None]
    assert fmean(shown) < fmean(one.today for one in findings.course if one.today is not None)


def test_the_same_house_is_the_same_and_without_changes_there_is_one_column() -> None:
    house = setup([worker("aino"), worker("eino")])
    twice = list(carry_out(experiment(house, house), seeded))[-1]
    assert isinstance(twice, Findings)
    for one in twice.figures[ALL].values():
        assert one.today == one.changed
        assert one.difference is None or not one.difference.beyond_noise
    once = list(carry_out(experiment(None, house), seeded))[-1]
    assert isinstance(once, Findings)
    assert once.figures[ALL]["wait"].today == twice.figures[ALL]["wait"].today
    assert once.figures[ALL]["wait"].changed is None
