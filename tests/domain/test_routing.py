"""The router's decisions: order, presence, capacity, idleness, declines, orphans."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_waiting import idle, waits

from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason
from valvomo.domain.routing.fifo import House, Idle, Orphan, route

CHAT = Workstream(id="chat", organization_id="o", name="Chat", channel=Channel.LIVE_CHAT, queue_id="q")
HOUSE = House(workstreams={"chat": CHAT}, priorities={"vip": 1})


def offered(waiting: list[Conversation], agents: list[Idle]) -> list[tuple[str, str]]:
    return [(one.conversation_id, one.agent_id) for one in route(waiting, agents, HOUSE).choices]


def test_first_in_first_out() -> None:
    full_after_one = [idle("aino", load=1)]
    assert offered([waits("late", 1), waits("early", 5)], full_after_one) == [("early", "aino")]


@pytest.mark.parametrize("first", [{"priority": 1}, {"queue_id": "vip"}])
def test_priority_goes_before_age(first: dict[str, object]) -> None:
    agents = [idle("aino", load=1)]
    assert offered([waits("old", 9), waits("urgent", 1, **first)], agents) == [("urgent", "aino")]


def test_longest_idle_is_asked_first_and_then_the_next() -> None:
    agents = [idle("aino", 1), idle("eino", 9), idle("lumi", 5)]
    waiting = [waits(str(number), 10 - number) for number in range(4)]
    assert [agent for _, agent in offered(waiting, agents)] == ["eino", "lumi", "aino", "eino"]


def test_never_over_capacity_nor_limits() -> None:
    waiting = [waits(str(number)) for number in range(9)]
    assert len(offered(waiting, [idle("aino"), idle("eino")])) == 4
    assert len(offered(waiting, [idle("aino", limits={"live_chat": 1})])) == 1


@pytest.mark.parametrize(
    "chosen", [Presence.AWAY, Presence.OFFLINE, Presence.DO_NOT_DISTURB, Presence.INACTIVE]
)
def test_never_to_who_is_not_there(chosen: Presence) -> None:
    routed = route([waits("one")], [idle("aino", chosen=chosen)], HOUSE)
    assert (routed.choices, routed.orphans) == ((), ())


def test_others_are_named_with_the_reason() -> None:
    agents = [
        idle("aino", 9),
        idle("eino"),
        idle("away", chosen=Presence.AWAY),
        idle("onni", load=2),
        idle("no"),
    ]
    choice = route([waits("one", declines={"no": 3})], agents, HOUSE).choices[0]
    assert choice.agent_id == "aino"
    assert choice.passed_over == {
        "eino": None,
        "away": Reason.PRESENCE_NOT_ALLOWED,
        "onni": Reason.NO_CAPACITY,
        "no": Reason.DECLINED_TOO_OFTEN,
    }


def test_orphans() -> None:
    strangers = [idle("aino", queues=frozenset({"other"}))]
    assert route([waits("one")], strangers, HOUSE).orphans == (
        Orphan(conversation_id="one", cause="no_members"),
    )
    tired = waits("two", declines={"aino": 3, "eino": 4})
    agents = [idle("aino"), idle("eino")]
    assert route([tired], agents, HOUSE).orphans == (Orphan(conversation_id="two", cause="declined"),)
    assert route([replace(tired, orphaned=True)], agents, HOUSE).orphans == ()
    assert offered([tired], [*agents, idle("lumi")]) == [("two", "lumi")]


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 2)), max_size=12),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9)), max_size=5),
)
def test_nobody_gets_more_than_they_can_carry(
    work: list[tuple[int, int]], people: list[tuple[int, int]]
) -> None:
    waiting = [waits(f"c{place}", age, units=units) for place, (age, units) in enumerate(work)]
    agents = [idle(f"a{place}", since, capacity=units) for place, (units, since) in enumerate(people)]
    routed = route(waiting, agents, HOUSE)
    carried: dict[str, int] = {}
    for choice in routed.choices:
        units = next(one.units for one in waiting if one.id == choice.conversation_id)
        carried[choice.agent_id] = carried.get(choice.agent_id, 0) + units
    room = {one.agent.id: one.agent.capacity for one in agents}
    assert all(load <= room[who] for who, load in carried.items())
    assert len({choice.conversation_id for choice in routed.choices}) == len(routed.choices)
    assert routed == route(list(reversed(waiting)), list(reversed(agents)), HOUSE)
