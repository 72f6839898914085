"""A day in virtual time: nobody is lost, nobody carries too much, and shortcuts change nothing."""

import math
from collections.abc import Iterable
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sample_virtual import START, coming, period, place, setup, worker, workstream

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.workstream import Timers, WrapUpBlock
from valvomo.domain.routing.facts import Method, QueueRules, SkillMatch, Waiting
from valvomo.domain.routing.hours import Hours, Span
from valvomo.domain.routing.overflow import OverflowRule, Remedy, Trigger
from valvomo.domain.whatif.coming import Coming
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


seconds = st.integers(0, 60).map(float)
needs = st.lists(st.builds(Need, skill_id=st.sampled_from("xy"), level=st.integers(1, 3)), max_size=1).map(
    tuple
)


@st.composite
def workers(draw: st.DrawFn) -> list[Worker]:
    spans = st.none() | st.lists(st.tuples(seconds, seconds), max_size=2)
    return [
        worker(
            f"a{number}",
            draw(st.integers(0, 3)),
            "".join(draw(st.sets(st.sampled_from(QUEUES), min_size=1))),
            skills=draw(st.dictionaries(st.sampled_from("xy"), st.integers(1, 3))),
            limits=draw(st.dictionaries(st.just("live_chat"), st.integers(0, 2))),
            there=there(draw(spans)),
        )
        for number in range(draw(st.integers(1, 4)))
    ]


def there(spans: Iterable[tuple[float, float]] | None) -> object:
    """One span after the other, each as (pause before it, how long it is)."""
    if spans is None:
        return None
    found, at = [], START - timedelta(seconds=30)
    for pause, length in spans:
        begin = at + timedelta(seconds=pause + 1)
        at = begin + timedelta(seconds=length + 1)
        found.append((begin, at))
    return tuple(found)


@st.composite
def setups(draw: st.DrawFn, rules: st.SearchStrategy[list[OverflowRule]]) -> Setup:
    def workstreams(name: str, channel: Channel) -> object:
        return workstream(
            name,
            channel=channel,
            units=draw(st.integers(0, 2)),
            wrap_up=draw(st.sampled_from(WrapUpBlock)),
            timers=Timers(wrap_up_block=5),
            auto_accept=draw(st.booleans()),
        )

    return setup(
        draw(workers()),
        workstreams=[workstreams("w", Channel.LIVE_CHAT), workstreams("v", Channel.EMAIL)],
        queues=[
            QueueRules(
                id=one,
                priority=draw(st.integers(0, 1)),
                method=draw(st.sampled_from(Method)),
                match=draw(st.sampled_from(SkillMatch)),
            )
            for one in QUEUES
        ],
        places=[place(one, overflow=tuple(draw(rules))) for one in QUEUES],
    )


overflowing = st.lists(
    st.builds(
        OverflowRule,
        trigger=st.sampled_from([Trigger.LENGTH, Trigger.WAIT]),
        remedy=st.sampled_from([Remedy.QUEUE, Remedy.CLOSE, Remedy.MESSAGE]),
        over=st.integers(1, 40),
        queue_id=st.sampled_from(QUEUES),
    ),
    max_size=2,
)


@st.composite
def visitors(draw: st.DrawFn) -> list[Coming]:
    return [
        coming(
            f"c{number}",
            draw(seconds),
            draw(seconds),
            queue_id=draw(st.sampled_from(QUEUES)),
            workstream_id=draw(st.sampled_from("wv")),
            wrap_up=draw(seconds),
            patience=draw(seconds | st.just(math.inf)),
            answer=draw(st.sampled_from([0.0, 0.0, 3.0, 20.0])),
            priority=draw(st.integers(0, 1)),
            needs=draw(needs),
            affinity_id=draw(st.none() | st.sampled_from(["a0", "a1", "gone"])),
        )
        for number in range(draw(st.integers(0, 20)))
    ]


def told(course: Course) -> list[tuple[object, ...]]:
    return [
        (one.coming.id, one.fate, one.ended, one.standing, one.asked and one.asked.seat.agent.id)
        for one in course.visits
    ]


@settings(max_examples=150, deadline=None)
@given(setups(overflowing), visitors())
def test_everybody_is_accounted_for_and_nobody_carries_too_much(house: Setup, comings: list[Coming]) -> None:
    course = Watched(house, comings, period(UNTIL)).play()
    fates = [one.fate for one in course.visits]
    assert len(fates) == len(comings)
    assert sum(fates.count(fate) for fate in Fate) == len(comings)
    for one in course.visits:
        assert (one.ended is None) == (one.fate is Fate.WAITING)
        if one.ended is not None:
            assert 0 <= one.ended - one.coming.at <= one.coming.patience
        if one.fate is Fate.ACCEPTED:
            assert one.asked is not None
            assert one.standing.queue_id in one.asked.seat.agent.queues
    for spent in course.spent:
        assert 0 <= spent.busy <= spent.there + 1e-6 <= UNTIL + 1e-3
        assert spent.carried <= spent.room + 1e-6


@settings(max_examples=150, deadline=None)
@given(setups(overflowing), visitors())
def test_showing_the_router_little_comes_to_the_same_as_showing_it_all(
    house: Setup, comings: list[Coming]
) -> None:
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
