"""The estimated wait: for their skills and queue, honest where nothing is known."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from sample_waiting import NOON, queued, seat

from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.estimate import Estimate, Outlook, outlook, outlooks, wait_estimate
from valvomo.domain.routing.facts import House, QueueRules, SkillMatch

CHAT = Workstream(id="chat", organization_id="o", name="Chat", channel=Channel.LIVE_CHAT, queue_id="q")
HOUSE = House(workstreams={"chat": CHAT}, queues={"q": QueueRules(id="q", match=SkillMatch.EXACT)})
FINNISH = (Need(skill_id="finnish", level=3),)
TEN_MINUTES = [600.0] * 10


def test_only_agents_who_are_fit_and_there_count() -> None:
    members = [
        seat("fit", capacity=3, load=1, skills={"finnish": 4}),
        seat("limited", capacity=9, skills={"finnish": 4}, limits={"live_chat": 1}),
        seat("unskilled", capacity=9),
        seat("away", capacity=9, skills={"finnish": 4}, chosen=Presence.AWAY),
        seat("home", capacity=9, skills={"finnish": 4}, on_duty=False),
    ]
    assert outlook(queued("me", needs=FINNISH), [], members, HOUSE) == Outlook(place=1, slots=4, free=3)


def test_only_those_who_wait_for_the_same_agents_are_before_me() -> None:
    members = [seat("finn", skills={"finnish": 5}), seat("swede", skills={"swedish": 5})]
    before = [queued("a", needs=FINNISH), queued("b", needs=(Need(skill_id="swedish"),)), queued("c")]
    line = [(one, 1) for one in before]
    assert outlook(queued("me", needs=FINNISH), line, members, HOUSE).place == 3


def test_nobody_waits_for_who_is_called_again_later_and_they_for_nobody() -> None:
    line = [queued("a", 9), queued("later", 8, postponed=NOON), queued("me")]
    found = outlooks({"later", "me"}, line, [seat("aino")], HOUSE)
    assert {one: seen.place for one, seen in found.items()} == {"me": 2}


def test_nobody_is_next_only_because_nobody_is_there() -> None:
    line = [(queued("alike"), 3)]
    for members in ([], [seat("away", chosen=Presence.AWAY)]):
        seen = outlook(queued("me"), line, members, HOUSE)
        assert (seen.place, seen.slots) == (4, 0)


def test_honest_where_nothing_is_known() -> None:
    me = queued("me")
    assert wait_estimate(me, Outlook(place=1, slots=0, free=0), TEN_MINUTES) is None
    assert wait_estimate(me, Outlook(place=2, slots=1, free=0), TEN_MINUTES[:4]) is None
    letter = replace(me, channel=Channel.EMAIL)
    assert wait_estimate(letter, Outlook(place=2, slots=1, free=0), TEN_MINUTES) is None


def test_figures() -> None:
    me = queued("me")
    assert wait_estimate(me, Outlook(place=2, slots=4, free=2), []) == Estimate(low=0, high=0)
    # Four slots, ten minutes each: one is free every 150 s; the fourth of them after 600 s, give or take 300 s.
    assert wait_estimate(me, Outlook(place=4, slots=4, free=0), TEN_MINUTES) == Estimate(low=300, high=900)


@given(
    st.integers(1, 50),
    st.integers(1, 20),
    st.integers(0, 20),
    st.lists(st.floats(1, 1e5), min_size=5, max_size=9),
)
def test_who_is_further_back_never_hears_of_a_shorter_wait(
    place: int, slots: int, free: int, times: list[float]
) -> None:
    me = queued("me")
    mine = wait_estimate(me, Outlook(place=place, slots=slots, free=free), times)
    behind = wait_estimate(me, Outlook(place=place + 1, slots=slots, free=free), times)
    assert mine is not None
    assert behind is not None
    assert 0 <= mine.low <= mine.high
    assert mine.high <= behind.high
