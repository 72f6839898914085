"""What passes of the router are tried on: drawn conversations that wait, agents, rules, and what an offer changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from sample_waiting import NOON, queued, seat

from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.choosing import Decision
from valvomo.domain.routing.facts import House, Method, QueueRules, Seat, SkillMatch

CHAT = Workstream(id="chat", organization_id="o", name="Chat", channel=Channel.LIVE_CHAT, queue_id="q")
HOUSE = House(
    workstreams={"chat": CHAT}, queues={"q": QueueRules(id="q"), "vip": QueueRules(id="vip", priority=1)}
)
FINNISH, REFUNDS = "finnish", "refunds"


def house(**rules: Any) -> House:
    return replace(HOUSE, queues={**HOUSE.queues, "q": QueueRules(id="q", **rules)})


NEEDS = st.lists(
    st.builds(Need, skill_id=st.sampled_from([FINNISH, REFUNDS]), level=st.integers(1, 5)),
    max_size=2,
    unique_by=lambda one: one.skill_id,
).map(tuple)
SKILLS = st.dictionaries(st.sampled_from([FINNISH, REFUNDS]), st.integers(1, 5), max_size=2)
WAITING = st.lists(
    st.builds(
        queued,
        st.uuids().map(str),
        st.integers(0, 5),
        queue_id=st.sampled_from(["q", "vip"]),
        units=st.integers(0, 3),
        priority=st.integers(0, 1),
        needs=NEEDS,
        declines=st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(1, 4), max_size=2),
        affinity_id=st.sampled_from([None, "a", "d"]),
        postponed=st.sampled_from([None, None, None, NOON, NOON + timedelta(minutes=5)]),
    ),
    max_size=14,
    unique_by=lambda one: one.id,
)
SEATS = st.lists(
    st.builds(
        seat,
        st.sampled_from(["a", "b", "c", "d"]),
        st.integers(0, 5),
        chosen=st.sampled_from([Presence.AVAILABLE, Presence.BUSY, Presence.AWAY]),
        capacity=st.integers(0, 4),
        load=st.integers(0, 3),
        limits=st.dictionaries(st.just("live_chat"), st.integers(0, 2), max_size=1),
        queues=st.sampled_from([frozenset({"q"}), frozenset({"vip"}), frozenset({"q", "vip"})]),
        skills=SKILLS,
        on_duty=st.booleans(),
        serves=st.booleans(),
    ),
    max_size=4,
    unique_by=lambda one: one.agent.id,
)
HOUSES = st.builds(house, method=st.sampled_from(Method), match=st.sampled_from(SkillMatch))


def after(seats: dict[str, Seat], decision: Decision) -> dict[str, Seat]:
    """The agents once the offer stands."""
    assert decision.agent_id is not None
    one, waiting = seats[decision.agent_id], decision.waiting
    held = {waiting.channel.value: one.agent.held.get(waiting.channel.value, 0) + 1}
    agent = replace(one.agent, load=one.agent.load + waiting.units, held=held)
    return {**seats, agent.id: replace(one, agent=agent, asked_at=NOON)}
