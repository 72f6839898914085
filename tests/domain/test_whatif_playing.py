"""A day in virtual time: nobody is lost, nobody carries too much, and shortcuts change nothing."""

import math
import random
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_virtual import START, Always, coming, period, place, setup, worker, workstream

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.workstream import Timers, Workstream, WrapUpBlock
from valvomo.domain.routing.facts import Method, QueueRules, SkillMatch, Waiting
from valvomo.domain.routing.hours import Hours, Span
from valvomo.domain.routing.overflow import OverflowRule, Remedy, Trigger
from valvomo.domain.whatif.answering import AT_ONCE, Answer, MadeUp
from valvomo.domain.whatif.coming import Coming, Onward
from valvomo.domain.whatif.people import Person
from valvomo.domain.whatif.playing import Floor, play
from valvomo.domain.whatif.setup import Setup, Worker
from valvomo.domain.whatif.visits import Course, Fate

UNTIL = 300.0
QUEUES = "qrs"


class Whole(Floor):
    """Shows the router everything that waits and everybody who serves, whatever has happened."""

    def has_come(self, at: float, waiting: Waiting, *, alone: bool) -> None:  # noqa: ARG002
        self.everything(at)

    def has_room(self, at: float, person: Person) -> None:  # noqa: ARG002
        self.everything(at)

    def comes_back(self, at: float, waiting: Waiting, person: Person, *, alone: bool) -> None:  # noqa: ARG002
        self.everything(at)

    def everything(self, at: float) -> None:
        self.offer(at, list(self.lines.heads(QUEUES, None)), [one.seat for one in self.people.values()])


class Watched(Floor):
    """Looks after each event whether somebody carries more than they can."""

    def step(self) -> None:
        super().step()
        for person in self.people.values():
            agent = person.seat.agent
            assert 0 <= agent.load <= agent.capacity
            assert all(0 <= agent.held.get(kind, 0) <= most for kind, most in agent.limits.items())


@dataclass
class Dense:
    """A full house and many visitors, out of few kinds of each, so that ties and crowds are the rule."""

    dice: random.Random

    def house(self) -> Setup:
        kinds = [self.kind() for _ in range(self.dice.randint(1, 3))]
        return setup(
            [self.worker(f"a{number}", self.dice.choice(kinds)) for number in range(self.dice.randint(2, 6))],
            workstreams=[self.workstream("w", Channel.LIVE_CHAT), self.workstream("v", Channel.EMAIL)],
            queues=[self.queue(one) for one in QUEUES],
            places=[place(one, overflow=self.overflow(one)) for one in QUEUES],
        )

    def visitors(self) -> list[Coming]:
        return [self.visitor(f"c{number:02}") for number in range(self.dice.randint(5, 30))]

    def kind(self) -> dict[str, Any]:
        return {
            "capacity": self.dice.choice([0, 1, 2, 2, 3]),
            "queues": self.dice.choice(["q", "qr", "qrs", "rs"]),
            "skills": self.dice.choice([{}, {"x": 1}, {"x": 3}, {"x": 2, "y": 2}]),
            "limits": self.dice.choice([{}, {}, {"live_chat": 1}, {"live_chat": 2}]),
        }

    def worker(self, name: str, kind: dict[str, Any]) -> Worker:
        """Some have a skill of their own beyond their kind; some come and go."""
        skills = {**kind["skills"], **self.dice.choice([{}, {}, {"y": 3}])}
        begin, end = sorted(self.dice.sample(range(-10, 80), 2))
        span = (START + timedelta(seconds=begin), START + timedelta(seconds=end))
        there = self.dice.choice([None, None, None, (span,)])
        return worker(
            name, kind["capacity"], kind["queues"], skills=skills, limits=kind["limits"], there=there
        )

    def workstream(self, name: str, channel: Channel) -> Workstream:
        return workstream(
            name,
            channel=channel,
            units=self.dice.choice([0, 1, 1, 2, 2]),
            wrap_up=self.dice.choice(list(WrapUpBlock)),
            timers=Timers(wrap_up_block=5, offer=10),
            auto_accept=self.dice.random() < 0.3,
        )

    def queue(self, name: str) -> QueueRules:
        return QueueRules(
            id=name,
            priority=self.dice.randint(0, 1),
            method=self.dice.choice(list(Method)),
            match=self.dice.choice(list(SkillMatch)),
        )

    def overflow(self, queue: str) -> tuple[OverflowRule, ...]:
        return tuple(
            OverflowRule(
                trigger=self.dice.choice([Trigger.LENGTH, Trigger.WAIT]),
                remedy=self.dice.choice([Remedy.QUEUE, Remedy.QUEUE, Remedy.CLOSE, Remedy.MESSAGE]),
                over=self.dice.randint(2, 30),
                queue_id=self.dice.choice([one for one in QUEUES if one != queue]),
            )
            for _ in range(self.dice.choice([0, 0, 0, 1, 2]))
        )

    def visitor(self, name: str) -> Coming:
        return coming(
            name,
            float(self.dice.randint(0, 40)),
            float(self.dice.randint(0, 60)),
            queue_id=self.dice.choice("qqr" + QUEUES),
            workstream_id=self.dice.choice("wwv"),
            wrap_up=float(self.dice.choice([0, 0, 10])),
            patience=self.dice.choice([math.inf, float(self.dice.randint(0, 90))]),
            answering=self.dice.choice([AT_ONCE, SLOW, LATE, PICKY, ABSENT]),
            luck=self.dice.randrange(2**53),
            onward=tuple(self.onward() for _ in range(self.dice.choice([0, 0, 0, 1, 1, 2]))),
            priority=self.dice.choice([0, 0, 1]),
            needs=self.dice.choice([(), (), (X1,), (X2,), (X1, Y2)]),
            affinity_id=self.dice.choice([None, None, "a1", "a2", "gone"]),
        )

    def onward(self) -> Onward:
        return Onward(
            queue_id=self.dice.choice(QUEUES),
            talk=float(self.dice.randint(0, 30)),
            patience=self.dice.choice([math.inf, float(self.dice.randint(0, 60))]),
        )


SLOW, LATE = Always(Answer(seconds=3)), Always(Answer(seconds=20))
PICKY = MadeUp(mean=2, rejected=0.6)
ABSENT = MadeUp(mean=2, rejected=0.2, missed=0.4, away=20)
X1, X2, Y2 = Need(skill_id="x"), Need(skill_id="x", level=2), Need(skill_id="y", level=2)
dense = st.integers(0, 2**32).map(lambda seed: Dense(random.Random(seed)))


def told(course: Course) -> list[tuple[object, ...]]:
    return [
        (
            one.coming.id,
            (one.fate, one.ended, one.standing),
            one.asked and one.asked.seat.agent.id,
            (one.asks, one.rejected, one.missed),
            (one.passed, tuple(one.again)),
        )
        for one in course.visits
    ]


@settings(max_examples=150, deadline=None)
@given(dense)
def test_everybody_is_accounted_for_and_nobody_carries_too_much(crowd: Dense) -> None:
    house, comings = crowd.house(), crowd.visitors()
    course = Watched(house, comings, period(UNTIL)).play()
    fates = [one.fate for one in course.visits]
    assert len(fates) == len(comings)
    assert sum(fates.count(fate) for fate in Fate) == len(comings)
    for one in course.visits:
        assert (one.ended is None) == (one.fate is Fate.WAITING)
        if one.ended is not None:
            assert 0 <= one.ended - one.coming.at <= one.coming.patience
        if one.fate is Fate.ACCEPTED and not one.passed:
            assert one.asked is not None
            assert one.standing.queue_id in one.asked.seat.agent.queues
        assert one.passed - len(one.again) == (one.passed_at is not None)
        assert one.asks >= one.rejected + one.missed
    for spent in course.spent:
        assert 0 <= spent.busy <= spent.there + 1e-6 <= UNTIL + 1e-3
        assert spent.carried <= spent.room + 1e-6


@settings(max_examples=300, deadline=None)
@given(dense)
def test_showing_the_router_little_comes_to_the_same_as_showing_it_all(crowd: Dense) -> None:
    house, comings = crowd.house(), crowd.visitors()
    assert told(play(house, comings, period(UNTIL))) == told(Whole(house, comings, period(UNTIL)).play())


def test_who_waits_longest_is_served_first_and_who_is_impatient_leaves() -> None:
    comings = [
        coming("first", 0, talk=100, wrap_up=20),
        coming("patient", 10),
        coming("impatient", 5, patience=50),
    ]
    course = play(setup([worker("aino")]), comings, period(UNTIL))
    assert [(one.coming.id, one.fate, one.ended) for one in course.visits] == [
        ("first", Fate.ACCEPTED, 0),
        ("patient", Fate.ACCEPTED, 120),
        ("impatient", Fate.ABANDONED, 55),
    ]
    assert course.spent[0].busy == 100 + 20 + 60


@pytest.mark.parametrize(("method", "asked"), [(Method.MOST_IDLE, "eino"), (Method.ROUND_ROBIN, "aino")])
def test_who_has_been_idle_and_who_was_asked_is_kept(method: Method, asked: str) -> None:
    """Aino was asked first and is done last."""
    people = [worker("aino"), worker("eino")]
    house = setup(people, queues=[QueueRules(id="q", method=method)])
    comings = [coming("one", 0, talk=60), coming("two", 1, talk=20), coming("three", 100)]
    visits = play(house, comings, period(UNTIL)).visits
    names = [one.asked and one.asked.seat.agent.id for one in visits]
    assert names == ["aino", "eino", asked]


def test_room_comes_back_as_the_workstream_says() -> None:
    def second_is_answered(wrap_up: WrapUpBlock) -> float | None:
        house = setup(
            [worker("aino")], workstreams=[workstream(wrap_up=wrap_up, timers=Timers(wrap_up_block=30))]
        )
        comings = [coming("one", 0, talk=60, wrap_up=50), coming("two", 1)]
        return play(house, comings, period(UNTIL)).visits[1].ended

    assert second_is_answered(WrapUpBlock.ALWAYS) == 110
    assert second_is_answered(WrapUpBlock.SECONDS) == 90
    assert second_is_answered(WrapUpBlock.NEVER) == 60


def test_who_leaves_while_an_agent_is_asked_frees_the_agent() -> None:
    comings = [coming("hasty", 0, patience=5, answer=30), coming("next", 1, answer=2)]
    course = play(setup([worker("aino")]), comings, period(UNTIL))
    assert [(one.fate, one.ended) for one in course.visits] == [(Fate.ABANDONED, 5), (Fate.ACCEPTED, 7)]


def test_agents_come_and_go_by_their_hours() -> None:
    # The sample begins at 6:00 UTC on a Monday.
    shift = Hours(id="h", name="Shift", zone=START.tzinfo, weekly={0: (Span(6 * 60 + 1, 6 * 60 + 2),)})  # type: ignore[arg-type]
    comings = [coming("early", 10, talk=20), coming("late", 110, talk=200), coming("too late", 130)]
    course = play(setup([worker("aino", hours=shift)]), comings, period(UNTIL))
    assert [(one.fate, one.ended) for one in course.visits] == [
        (Fate.ACCEPTED, 60),
        (Fate.ACCEPTED, 110),
        (Fate.WAITING, None),
    ]
    # Two minutes on duty, and what was begun is finished.
    assert course.spent[0].there == UNTIL - 60


def test_overflow_moves_and_sends_away() -> None:
    move = OverflowRule(trigger=Trigger.WAIT, remedy=Remedy.QUEUE, over=30, queue_id="r")
    full = OverflowRule(trigger=Trigger.LENGTH, remedy=Remedy.CLOSE, over=1)
    house = setup(
        [worker("aino", queues="q"), worker("eino", queues="r")],
        queues=[QueueRules(id="q"), QueueRules(id="r")],
        places=[place("q", overflow=(full, move)), place("r")],
    )
    comings = [coming("one", 0, talk=200), coming("two", 1), coming("three", 2)]
    course = play(house, comings, period(UNTIL))
    assert [(one.fate, one.ended, one.standing.queue_id) for one in course.visits] == [
        (Fate.ACCEPTED, 0, "q"),
        (Fate.ACCEPTED, 31, "r"),
        (Fate.TURNED_AWAY, 2, "q"),
    ]


def test_what_is_before_the_counted_time_fills_the_house() -> None:
    comings = [coming("before", 50, talk=100), coming("counted", 110)]
    course = play(setup([worker("aino")]), comings, period(UNTIL, since=100))
    assert [(one.coming.id, one.ended) for one in course.visits] == [("counted", 150)]
    assert course.spent[0].busy == 50 + 60
