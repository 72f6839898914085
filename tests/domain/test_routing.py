"""The router's decisions: order, presence, capacity, skills, methods, declines, orphans, and their explanation."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from sample_passes import CHAT, FINNISH, HOUSE, HOUSES, REFUNDS, SEATS, WAITING, after, house
from sample_waiting import NOON, queued, seat

from valvomo.domain.agents.capacity import exceeded_by
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import Need, shortfall
from valvomo.domain.conversations.model import Channel
from valvomo.domain.refusals import Reason
from valvomo.domain.routing.choosing import Outcome, decide, why_not
from valvomo.domain.routing.facts import House, Method, Seat, SkillMatch, Waiting
from valvomo.domain.routing.route import Routed, route, turn


def offered(waiting: list[Waiting], agents: list[Seat], rules: House = HOUSE) -> list[tuple[str, str | None]]:
    return [(one.waiting.id, one.agent_id) for one in route(waiting, agents, rules, at=NOON).offers]


def test_first_in_first_out() -> None:
    full_after_one = [seat("aino", load=1)]
    assert offered([queued("late", 1), queued("early", 5)], full_after_one) == [("early", "aino")]


@pytest.mark.parametrize("first", [{"priority": 1}, {"queue_id": "vip"}])
def test_priority_goes_before_age(first: dict[str, object]) -> None:
    agents = [seat("aino", load=1)]
    assert offered([queued("old", 9), queued("urgent", 1, **first)], agents) == [("urgent", "aino")]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        # Free units 2, 3 and 1; who has more of them goes first, until they are even.
        (Method.FREE_CAPACITY, ["eino", "aino", "eino", "eino", "aino", "lumi"]),
        (Method.MOST_IDLE, ["lumi", "aino", "eino", "aino", "eino", "eino"]),
        (Method.ROUND_ROBIN, ["aino", "eino", "lumi", "aino", "eino", "eino"]),
    ],
)
def test_methods(method: Method, expected: list[str]) -> None:
    agents = [
        seat("aino", 5, asked_at=NOON - timedelta(hours=3)),
        seat("eino", 1, asked_at=NOON - timedelta(hours=2), capacity=3),
        seat("lumi", 9, asked_at=NOON - timedelta(hours=1), load=1),
    ]
    if method is Method.MOST_IDLE:
        agents = [replace(one, asked_at=None) for one in agents]
    waiting = [queued(str(number), 10 - number) for number in range(6)]
    found = [agent for _, agent in offered(waiting, agents, house(method=method))]
    assert sorted(map(str, found)) == sorted(expected)
    assert found[:3] == expected[:3]


def test_best_skills_asks_the_most_proficient() -> None:
    needs = (Need(skill_id=FINNISH, level=2),)
    agents = [seat("good", skills={FINNISH: 3}), seat("best", skills={FINNISH: 5}), seat("none", 60)]
    rules = house(method=Method.BEST_SKILLS)
    assert offered([queued("one", needs=needs)], agents, rules) == [("one", "best")]


@pytest.mark.parametrize(
    ("match", "expected"), [(SkillMatch.EXACT, None), (SkillMatch.CLOSEST, "near"), (SkillMatch.NONE, "idle")]
)
def test_skills(match: SkillMatch, expected: str | None) -> None:
    waiting = queued("one", needs=(Need(skill_id=FINNISH, level=4), Need(skill_id=REFUNDS, level=1)))
    agents = [
        seat("near", 1, skills={FINNISH: 3, REFUNDS: 1}),
        seat("idle", 50),
        seat("far", 9, skills={REFUNDS: 5}),
    ]
    routed = route([waiting], agents, house(match=match), at=NOON)
    assert [one.agent_id for one in routed.offers] == ([expected] if expected else [])
    assert [one.cause for one in routed.orphans] == ([] if expected else ["skills"])


def test_who_served_the_customer_before_is_asked_first() -> None:
    agents = [seat("aino", 60), seat("eino", 1)]
    [decision] = route([queued("one", affinity_id="eino")], agents, HOUSE, at=NOON).offers
    assert (decision.agent_id, decision.affinity) == ("eino", True)
    away = [seat("aino", 60), seat("eino", 1, chosen=Presence.AWAY)]
    [decision] = route([queued("one", affinity_id="eino")], away, HOUSE, at=NOON).offers
    assert (decision.agent_id, decision.affinity) == ("aino", False)


def test_never_over_capacity_nor_limits() -> None:
    waiting = [queued(str(number)) for number in range(9)]
    assert len(offered(waiting, [seat("aino"), seat("eino")])) == 4
    assert len(offered(waiting, [seat("aino", limits={"live_chat": 1})])) == 1
    free = [replace(one, units=0) for one in waiting]
    assert len(offered(free, [seat("aino", limits={"live_chat": 3})])) == 3


@pytest.mark.parametrize(
    "gone",
    [
        {"chosen": Presence.AWAY},
        {"chosen": Presence.OFFLINE},
        {"chosen": Presence.DO_NOT_DISTURB},
        {"chosen": Presence.INACTIVE},
        {"on_duty": False},
    ],
)
def test_never_to_who_is_not_there(gone: dict[str, Any]) -> None:
    routed = route([queued("one")], [seat("aino", **gone)], HOUSE, at=NOON)
    assert (routed.offers, routed.orphans) == ((), ())
    [decision] = routed.held_up
    assert sum(decision.reasons.values()) == 1


def test_everybody_is_named_with_the_reason() -> None:
    agents = [
        seat("aino", 9),
        seat("eino"),
        seat("away", chosen=Presence.AWAY),
        seat("onni", load=2),
        seat("no"),
        seat("home", on_duty=False),
    ]
    [decision] = route([queued("one", declines={"no": 3})], agents, HOUSE, at=NOON).offers
    assert decision.agent_id == "aino"
    assert {one.seat.agent.id: (one.rank, one.reason) for one in decision.considered} == {
        "aino": (1, None),
        "eino": (2, None),
        "away": (None, Reason.PRESENCE_NOT_ALLOWED),
        "onni": (None, Reason.NO_CAPACITY),
        "no": (None, Reason.DECLINED_TOO_OFTEN),
        "home": (None, Reason.OFF_DUTY),
    }


def test_orphans() -> None:
    strangers = [seat("aino", queues=frozenset({"other"}))]
    routed = route([queued("one"), queued("known", orphaned=True)], strangers, HOUSE, at=NOON)
    assert [(one.waiting.id, one.cause) for one in routed.orphans] == [("one", "no_members")]
    tired = queued("two", declines={"aino": 3, "eino": 4})
    both = [seat("aino"), seat("eino")]
    assert [one.cause for one in route([tired], both, HOUSE, at=NOON).orphans] == ["declined"]
    half = replace(tired, declines={"aino": 3})
    assert route([half], [seat("aino"), seat("eino", chosen=Presence.AWAY)], HOUSE, at=NOON).orphans == ()


def test_who_may_be_taken_again_is_no_orphan_any_more() -> None:
    waiting = [queued("one", 3), queued("two", 2, orphaned=True), queued("three", 1, orphaned=True)]
    away = route(waiting, [seat("aino", chosen=Presence.AWAY)], HOUSE, at=NOON)
    assert [(one.waiting.id, one.outcome) for one in away.regained] == [
        ("two", Outcome.WAITING),
        ("three", Outcome.WAITING),
    ]
    assert [one.waiting.id for one in away.held_up] == ["one"]
    # Whom somebody is asked to take stops being one by that.
    there = route(waiting[1:2], [seat("aino")], HOUSE, at=NOON)
    assert (len(there.offers), there.regained) == (1, ())


def test_what_waits_behind_is_told_with_the_first() -> None:
    waiting = [queued("a", 3), queued("b", 2), queued("c", 1, needs=(Need(skill_id=FINNISH),))]
    routed = route(waiting, [seat("aino", chosen=Presence.AWAY)], HOUSE, at=NOON)
    assert {
        one.waiting.id: [other.id for other in routed.behind[one.waiting.id]] for one in routed.held_up
    } == {
        "a": ["b"],
        "c": [],
    }


def test_no_more_than_asked_for() -> None:
    waiting = [queued(str(number), 9 - number) for number in range(4)]
    routed = route(waiting, [seat("aino", capacity=9)], HOUSE, at=NOON, most=2)
    assert [one.waiting.id for one in routed.offers] == ["0", "1"]


def members(seats: dict[str, Seat], queue_id: str) -> list[Seat]:
    return [one for _, one in sorted(seats.items()) if one.agent.serves and queue_id in one.agent.queues]


def one_after_the_other(waiting: list[Waiting], seats: list[Seat], rules: House) -> Routed:
    """What the router has to be equal to: `decide` for one conversation after the other."""
    table = {one.agent.id: one for one in seats}
    made = []
    for one in sorted(waiting, key=lambda one: turn(one, rules.queues[one.queue_id].priority)):
        decision = decide(one, CHAT, rules.queues[one.queue_id], members(table, one.queue_id))
        if decision.outcome is Outcome.OFFERED:
            table = after(table, decision)
            made.append(decision)
    return Routed(offers=tuple(made))


def test_nobody_is_asked_before_it_is_time_to_call_again() -> None:
    later = queued("later", 9, postponed=NOON + timedelta(minutes=5), affinity_id="eino")
    routed = route(
        [later, queued("one")], [seat("aino", capacity=1), seat("eino", capacity=1)], HOUSE, at=NOON
    )
    assert [one.waiting.id for one in routed.offers] == ["one"]
    [decision] = routed.held_up
    assert (decision.waiting, decision.outcome, decision.agent_id) == (later, Outcome.WAITING, None)
    alone = route([later], [], HOUSE, at=NOON)
    assert (alone.orphans, [one.cause for one in alone.held_up]) == ((), [None])
    due = route([replace(later, postponed=None)], [seat("aino"), seat("eino", load=1)], HOUSE, at=NOON)
    assert [(one.agent_id, one.affinity) for one in due.offers] == [("eino", True)]


@given(WAITING, SEATS, HOUSES)
def test_a_pass_is_deciding_one_after_the_other(
    waiting: list[Waiting], seats: list[Seat], rules: House
) -> None:
    assert route(waiting, seats, rules, at=NOON).offers == one_after_the_other(waiting, seats, rules).offers


@given(WAITING, SEATS, HOUSES)
def test_capacity_eligibility_and_order_hold(waiting: list[Waiting], seats: list[Seat], rules: House) -> None:
    routed = route(waiting, seats, rules, at=NOON)
    table = {one.agent.id: one for one in seats}
    for decision in routed.offers:
        assert decision.agent_id is not None
        one, queue = table[decision.agent_id], rules.queues[decision.waiting.queue_id]
        assert decision.waiting.postponed is None
        assert one.agent.serves
        assert queue.id in one.agent.queues
        assert why_not(decision.waiting, CHAT, queue, one) is None
        assert exceeded_by(one.agent, decision.waiting.units, Channel.LIVE_CHAT) == 0
        if queue.match is SkillMatch.EXACT:
            assert shortfall(decision.waiting.needs, one.agent.skills) == 0
        table = after(table, decision)
    turns = [turn(one.waiting, rules.queues[one.waiting.queue_id].priority) for one in routed.offers]
    assert turns == sorted(turns)


@given(WAITING, SEATS, HOUSES)
def test_no_fit_free_agent_beside_one_who_waits(
    waiting: list[Waiting], seats: list[Seat], rules: House
) -> None:
    routed = route(waiting, seats, rules, at=NOON)
    table = {one.agent.id: one for one in seats}
    for decision in routed.offers:
        table = after(table, decision)
    served = {one.waiting.id for one in routed.offers}
    for one in waiting:
        if one.id not in served and one.postponed is None:
            queue = rules.queues[one.queue_id]
            assert all(why_not(one, CHAT, queue, agent) for agent in members(table, one.queue_id))


@given(WAITING, SEATS, HOUSES)
def test_everything_is_accounted_for_once(waiting: list[Waiting], seats: list[Seat], rules: House) -> None:
    routed = route(waiting, seats, rules, at=NOON)
    told = [one.waiting.id for one in (*routed.offers, *routed.orphans, *routed.held_up)]
    told += [one.id for others in routed.behind.values() for one in others]
    assert sorted(told) == sorted(one.id for one in waiting)


@given(WAITING, SEATS, HOUSES)
def test_an_explanation_made_again_is_the_same_decision(
    waiting: list[Waiting], seats: list[Seat], rules: House
) -> None:
    routed = route(waiting, seats, rules, at=NOON)
    for one in (*routed.offers, *routed.orphans, *routed.held_up):
        again = decide(one.waiting, one.workstream, one.queue, [each.seat for each in one.considered])
        assert again == one
