"""Attention: each part, what it is worth, and what it says when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_waiting import NOON, waits

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attention.agent import SILENT_AFTER, agent_parts, counted, quiet_since, silent
from valvomo.domain.attention.part import Part, reaches, score, value, weighted
from valvomo.domain.attention.parts import QueueNorms, attention, waiting_since
from valvomo.domain.attention.phrases import DEFAULTS, asks_for_supervisor, spoken
from valvomo.domain.attention.rules import PARTS, AttentionRules
from valvomo.domain.conversations.call_marks import Call, Trouble, TroubleKind
from valvomo.domain.conversations.marks import Asked
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.sentiment.levels import Level, level_of
from valvomo.domain.sentiment.mood import Reading

NORMS = QueueNorms(service_level=60, usual_handle=600)
ACTIVE = replace(waits("one"), state=State.ACTIVE, owner_id="aino", owner_name="Aino", first_accepted_at=NOON)


def named(conversation: Conversation, name: str) -> Part | None:
    return next((part for part in attention(conversation, NORMS) if part.name == name), None)


@pytest.mark.parametrize(("minutes", "worth"), [(0.5, 0), (1, 10), (2, 20), (3.5, 35), (30, 60)])
def test_waiting_beyond_the_service_level_grows(minutes: float, worth: float) -> None:
    part = named(waits("one"), "waiting")
    assert part is not None
    assert value(part, NOON + timedelta(minutes=minutes)) == worth


@pytest.mark.parametrize(("minutes", "worth"), [(0.9, 0), (1, 5), (3, 15), (60, 40)])
def test_an_unanswered_customer_draws_attention(minutes: float, worth: float) -> None:
    part = named(replace(ACTIVE, unanswered_since=NOON), "unanswered")
    assert part is not None
    assert value(part, NOON + timedelta(minutes=minutes)) == worth


def test_a_bot_answers_by_itself() -> None:
    assert named(replace(ACTIVE, unanswered_since=NOON, bot_id="bot"), "unanswered") is None


def test_orphans_declines_and_transfers() -> None:
    one = replace(waits("one"), orphaned=True, declines={"aino": 2, "eino": 1}, transfers=3)
    worth = {part.name: part.base for part in attention(one, NORMS) if part.per_minute == 0}
    assert worth == {"orphaned": 50, "declined": 24, "transferred": 20}
    assert attention(replace(ACTIVE, transfers=1), QueueNorms(service_level=60)) == ()
    assert named(replace(one, declines={"aino": 9}), "declined") == Part(name="declined", base=40, count=9)
    assert named(replace(one, transfers=9), "transferred") == Part(name="transferred", base=30, count=9)


def test_the_score_is_the_sum() -> None:
    one = replace(waits("one"), orphaned=True)
    assert score(attention(one, NORMS), NOON + timedelta(minutes=2)) == 70


def test_waiting_ends_with_acceptance_and_begins_anew_in_a_queue() -> None:
    assert waiting_since(waits("one", 5)) == NOON - timedelta(minutes=5)
    assert waiting_since(ACTIVE) is None
    back = replace(waits("one", 5), first_accepted_at=NOON, session_queued_at=NOON)
    assert waiting_since(back) == NOON
    assert waiting_since(replace(waits("one", 5), state=State.ACTIVE)) == NOON - timedelta(minutes=5)


def test_who_asked_for_a_supervisor_draws_attention_at_once_and_more_the_longer_none_comes() -> None:
    asked = Asked(since=NOON, by_role="customer", by_id="c", by_name="Kaisa")
    part = named(replace(ACTIVE, asked=asked), "asked")
    assert part is not None
    assert (part.by, part.began) == ("Kaisa", NOON)
    assert [value(part, NOON + timedelta(minutes=one)) for one in (0, 5, 60)] == [45, 55, 65]
    assert named(replace(ACTIVE, asked=asked, state=State.WRAP_UP), "asked") is None


def test_vips_are_known_by_tag_in_any_case_or_by_priority() -> None:
    assert named(replace(ACTIVE, tags=("VIP",)), "vip") == Part(name="vip", base=10)
    assert named(replace(ACTIVE, priority=5), "vip") is not None
    assert named(replace(ACTIVE, vip=True), "vip") == Part(name="vip", base=10)
    assert named(replace(ACTIVE, priority=4, tags=("vips",)), "vip") is None
    gold = AttentionRules(vip_tags=("gold",), vip_priority=1000)
    names = [
        [one.name for one in attention(replace(ACTIVE, tags=(tag,)), NORMS, gold)] for tag in ("gold", "vip")
    ]
    assert names == [["vip", "handle"], ["handle"]]


def test_a_handle_time_is_long_by_its_queue_s_own_history() -> None:
    part = named(ACTIVE, "handle")
    assert part is not None
    assert part.limit == 600
    assert [value(part, NOON + timedelta(minutes=one)) for one in (9.9, 10, 13, 90)] == [0, 5, 8, 20]
    assert attention(ACTIVE, QueueNorms(service_level=60)) == ()


def test_weights_of_the_queue_go_before_those_of_all_and_scale_base_slope_and_cap() -> None:
    rules = AttentionRules(
        weights={"waiting": 50}, in_queues={"q": {"waiting": 200}, "other": {"waiting": 0}}
    )
    doubled = attention(waits("one"), NORMS, rules)[0]
    assert (doubled.base, doubled.per_minute, doubled.cap) == (20, 20, 120)
    assert attention(replace(waits("one"), queue_id="other"), NORMS, rules) == ()
    assert attention(replace(waits("one"), queue_id="third"), NORMS, rules)[0].cap == 30
    assert weighted(doubled, 100) is doubled


@given(
    parts=st.lists(
        st.builds(
            Part, name=st.sampled_from(PARTS), base=st.floats(0, 60), per_minute=st.sampled_from([0.0, 1.5, 5, 10]),
            since=st.none() | st.integers(-30, 30).map(lambda one: NOON + timedelta(minutes=one)),
            cap=st.none() | st.integers(0, 60),
        ),
        max_size=5,
    ),
    threshold=st.integers(1, 100),
)  # fmt: skip
def test_the_moment_in_which_a_score_reaches_a_threshold_is_known(parts: list[Part], threshold: int) -> None:
    moment = reaches(parts, threshold, NOON)
    if moment is None:
        assert score(parts, NOON + timedelta(days=3)) < threshold
        return
    assert score(parts, moment + timedelta(milliseconds=1)) >= threshold - 1e-6
    if moment > NOON:
        assert score(parts, moment - timedelta(milliseconds=1)) < threshold


def test_an_overloaded_agent_weighs_on_all_they_serve() -> None:
    agent = Agent(id="aino", organization_id="o", name="Aino", chosen=Presence.AVAILABLE, capacity=3, load=5)
    parts = agent_parts(agent, None)
    assert parts == (Part(name="overloaded", base=20, count=5, limit=3),)
    assert counted(parts, ACTIVE, AttentionRules()) == parts
    assert counted(parts, ACTIVE, AttentionRules(weights={"overloaded": 0})) == ()
    assert counted(parts, waits("one"), AttentionRules()) == ()
    assert agent_parts(replace(agent, load=3), None) == ()


def test_silence_counts_where_the_customer_waits_and_ends_with_a_word_anywhere() -> None:
    agent = Agent(id="aino", organization_id="o", name="Aino", chosen=Presence.BUSY, capacity=3)
    left = replace(ACTIVE, accepted_at=NOON, unanswered_since=NOON + timedelta(seconds=70))
    quiet = quiet_since("aino", (left, waits("other")))
    assert quiet == NOON + timedelta(minutes=2)
    parts = agent_parts(agent, quiet)
    assert [value(parts[0], NOON + timedelta(minutes=one)) for one in (4.9, 5, 7, 60)] == [0, 5, 15, 30]
    assert counted(parts, left, AttentionRules()) == parts
    assert counted(parts, ACTIVE, AttentionRules()) == ()
    told = replace(ACTIVE, accepted_at=NOON, last_message_at=NOON + timedelta(minutes=9))
    assert quiet_since("aino", (left, told)) == NOON + timedelta(minutes=9)
    assert quiet_since("aino", (waits("other"),)) is None
    assert agent_parts(replace(agent, chosen=Presence.OFFLINE), quiet) == ()


@given(microseconds=st.integers(0, 10 * 60_000_000))
def test_nobody_is_called_silent_who_wrote_within_three_minutes(microseconds: int) -> None:
    wrote = NOON + timedelta(microseconds=microseconds)
    quiet = quiet_since("aino", (replace(ACTIVE, accepted_at=NOON, last_message_at=wrote),))
    assert quiet is not None
    assert wrote <= quiet < wrote + timedelta(minutes=1)
    assert (quiet.second, quiet.microsecond) == (0, 0)
    part = silent(Agent(id="aino", organization_id="o", name="Aino", chosen=Presence.BUSY, capacity=3), quiet)
    assert part is not None
    assert value(part, wrote + SILENT_AFTER - timedelta(microseconds=1)) == 0


@pytest.mark.parametrize(
    "words",
    ["I want to speak to a manager NOW", "Haluan puhua esimiehen\nkanssa!", "Jag vill prata med din chef.",
     "Ich will Ihren Vorgesetzten sprechen", "Passez-moi votre responsable", "Quiero hablar con su supervisor"],
)  # fmt: skip
def test_customers_ask_in_six_languages(words: str) -> None:
    assert asks_for_supervisor(words, spoken({}))


def test_words_are_whole_and_a_house_may_have_its_own() -> None:
    assert len(DEFAULTS) == 6
    assert not asks_for_supervisor("The bossanova is on, and my manager agrees", spoken({}))
    assert not asks_for_supervisor("unsu supervisora", spoken({}))
    own = spoken({"en": ("red telephone",), "fi": ()})
    assert asks_for_supervisor("where is the Red  Telephone?", own)
    assert not asks_for_supervisor("speak to a manager", own)
    assert not asks_for_supervisor("anything", ())


@pytest.mark.parametrize(
    ("scores", "worth", "level"),
    [
        ((), 0, None), ((-0.3,), 8, "slightly_negative"), ((-0.6,), 18, "negative"), ((-0.9,), 28, "very_negative"),
        ((0.1, -0.3, -0.95), 28, "negative"), ((0.6, 0.0, -0.9), 18, "slightly_negative"), ((0.9, 0.6), 0, None),
        ((0.95, 0.6, 0.3), 0, None), ((0.5, 0.1, -0.1), 10, "neutral"),
    ],
)  # fmt: skip
def test_a_low_mood_draws_attention_and_a_falling_one_more(
    scores: tuple[float, ...], worth: int, level: str | None
) -> None:
    readings = tuple(
        Reading(seq=seq, score=one, level=level_of(one), at=NOON) for seq, one in enumerate(scores, 1)
    )
    one = replace(ACTIVE, readings=readings)
    part = named(one, "mood")
    assert (part and part.base, part and part.level) == (worth or None, level)
    assert named(replace(one, state=State.WRAP_UP), "mood") is None


@pytest.mark.parametrize(
    ("score", "alert_at", "worth"),
    [
        (-0.9, None, 28),
        (-0.9, Level.NEGATIVE, 50),
        (-0.6, Level.NEGATIVE, 50),
        (-0.3, Level.NEGATIVE, 8),
        (0.0, Level.NEUTRAL, 50),
        (0.9, Level.NEUTRAL, None),
    ],
)
def test_at_the_level_of_the_queue_supervisors_are_alerted(
    score: float, alert_at: Level | None, worth: float | None
) -> None:
    reading = Reading(seq=1, score=score, level=level_of(score), at=NOON)
    norms = replace(NORMS, alert_at=alert_at)
    parts = {one.name: one.base for one in attention(replace(ACTIVE, readings=(reading,)), norms)}
    assert parts.get("mood") == worth


def test_a_customer_on_hold_draws_attention_after_a_minute() -> None:
    call = Call(id="call", video=False, since=NOON, held_since=NOON)
    on_hold = replace(ACTIVE, call=call)
    part = named(on_hold, "held")
    assert part is not None
    assert [value(part, NOON + timedelta(seconds=seconds)) for seconds in (59, 60, 120, 600)] == [
        0,
        10,
        20,
        40,
    ]
    assert named(replace(ACTIVE, call=replace(call, held_since=None)), "held") is None


@pytest.mark.parametrize(
    ("troubles", "name", "side", "worth"),
    [
        ((), "network", None, None),
        ((), "overtalk", None, None),
        ((Trouble(kind=TroubleKind.NETWORK, since=NOON, side="customer"),), "network", "customer", 20),
        ((Trouble(kind=TroubleKind.NETWORK, since=NOON, side="agent"),), "network", "agent", 20),
        (
            (
                Trouble(kind=TroubleKind.NETWORK, since=NOON + timedelta(minutes=1), side="agent"),
                Trouble(kind=TroubleKind.NETWORK, since=NOON, side="customer"),
            ),
            "network",
            "both",
            20,
        ),
        ((Trouble(kind=TroubleKind.NETWORK, since=NOON, side="agent"),), "overtalk", None, None),
        ((Trouble(kind=TroubleKind.OVERTALK, since=NOON),), "overtalk", None, 25),
    ],
    ids=["fine", "calm", "customer's", "agent's", "both", "not at once", "at once"],
)
def test_trouble_in_a_call_draws_attention(
    troubles: tuple[Trouble, ...], name: str, side: str | None, worth: float | None
) -> None:
    call = Call(id="call", video=False, since=NOON, troubles=troubles)
    part = named(replace(ACTIVE, call=call), name)
    assert (part.side if part else None) == side
    assert (value(part, NOON + timedelta(minutes=1)) if part else None) == worth
    assert part is None or (part.began, value(part, NOON + timedelta(days=1))) == (NOON, 40)
