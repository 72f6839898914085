"""Bots: who may do what to them, what their deadline does, and that a bot is nobody's colleague."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import (
    ALL_ON,
    AT,
    BY_SUPERVISOR,
    MINUTE,
    SUPERVISOR,
    accepted,
    after,
    agent,
    an_open,
    closed,
    participant,
    queue,
    saara,
    waiting,
    with_bot,
    workstream,
)

from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.access.sight import may_see, read_refusal, reads_notes
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations import bots
from valvomo.domain.conversations.assign import assign_to_agent
from valvomo.domain.conversations.bot_rules import (
    HandOverReason,
    ModelRules,
    Standing,
    after_answering,
    before_answering,
)
from valvomo.domain.conversations.message import Visibility, Words, post
from valvomo.domain.conversations.model import Conversation, OfferKind, Role, State
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.sentiment.levels import RANK, Level

BOT = Actor(id="bot", organization_id="o", name="Botti", kind=ActorKind.BOT)
MONITORED = with_bot(participants=(participant(SUPERVISOR, Role.MONITOR),))
JOINED = with_bot(participants=(participant(SUPERVISOR, Role.SUPERVISOR, public=True),))
PAUSED = after(MONITORED, bots.pause(SUPERVISOR, MONITORED, at=AT), AT)
SECOND = timedelta(seconds=1)
HERE = queue("support")


def reason(outcome: object) -> Reason | None:
    return outcome.reason if isinstance(outcome, Refusal) else None


# The conversation; then pause, let go on, instruct, hand over: of a supervisor who may do anything.
ACTS: dict[str, tuple[Conversation, tuple[Reason | None, ...]]] = {
    "a bot, unwatched": (
        with_bot(),
        (Reason.MONITOR_FIRST, Reason.MONITOR_FIRST, Reason.MONITOR_FIRST, None),
    ),
    "a bot, monitored": (MONITORED, (None, Reason.BOT_NOT_PAUSED, None, None)),
    "a bot, joined": (JOINED, (None, Reason.BOT_NOT_PAUSED, None, None)),
    "paused": (PAUSED, (Reason.BOT_PAUSED, None, None, None)),
    "an agent": (accepted(), (Reason.NOT_HANDLED_BY_BOT,) * 4),
    "the queue": (an_open(), (Reason.NOT_HANDLED_BY_BOT,) * 4),
    "parked": (waiting(), (Reason.NOT_HANDLED_BY_BOT,) * 4),
    "closed": (closed(), (Reason.CLOSED,) * 4),
}


@pytest.mark.parametrize("case", ACTS)
def test_what_supervisors_may_do_to_bots(case: str) -> None:
    conversation, expected = ACTS[case]
    acts = (Act.PAUSE_BOT, Act.RESUME_BOT, Act.INSTRUCT, Act.HAND_OVER)
    assert tuple(reason(act_refusal(act, saara, conversation, ALL_ON)) for act in acts) == expected


def test_a_bot_sees_its_own_conversations_and_reads_nothing_that_is_internal() -> None:
    assert may_see(BOT, with_bot())
    for foreign in (accepted(), an_open(), with_bot(bot_id="another"), with_bot(organization_id="other")):
        assert not may_see(BOT, foreign)
    assert read_refusal(BOT, with_bot()) == Refusal(Reason.NOT_PARTICIPANT)
    assert not reads_notes(BOT)


@pytest.mark.parametrize("make", [with_bot, accepted, an_open, waiting, closed])
def test_no_act_of_people_is_a_bots(make: object) -> None:
    """Not one button, whatever it has: it has no role, no queue, no part that is an agent's."""
    conversation = make()  # type: ignore[operator]
    allowed = {act for act in Act if act_refusal(act, BOT, conversation, ALL_ON) is None}
    assert allowed == set()


@pytest.mark.parametrize("kind", [OfferKind.ASSIGNMENT, OfferKind.TRANSFER, OfferKind.CONSULT])
def test_a_bot_cannot_be_asked(kind: OfferKind) -> None:
    asking = Asking(
        offer_id="o1",
        kind=kind,
        by_id="saara",
        by_role="supervisor",
        override_presence=True,
        override_capacity=True,
    )
    refused = assign_to_agent(an_open(), workstream(), agent(is_bot=True), asking, at=AT)
    assert reason(refused) is Reason.BOT_TARGET


def says(who: str, conversation: Conversation) -> object:
    words = Words(message_id="m", author_id=who, author_role="bot", visibility=Visibility.PUBLIC, digest="d")
    return post(words, conversation)


@pytest.mark.parametrize(
    ("conversation", "why"),
    [
        (with_bot(), None), (JOINED, None), (PAUSED, Reason.BOT_PAUSED), (accepted(), Reason.NOT_YOURS),
        (an_open(), Reason.NOT_YOURS), (with_bot(bot_id="another"), Reason.NOT_YOURS), (closed(), Reason.CLOSED),
    ],
)  # fmt: skip
def test_when_a_bot_may_speak(conversation: Conversation, why: Reason | None) -> None:
    assert reason(says("bot", conversation)) is why
    assert reason(bots.end_by_bot("bot", conversation)) is why


def test_a_bots_answer_is_no_first_response() -> None:
    asked = with_bot(unanswered_since=AT)
    answered = after(asked, (says("bot", asked),))
    assert (answered.unanswered_since, answered.first_response_at) == (None, None)


def test_what_is_known_goes_along() -> None:
    context = bots.Context(
        reason="wants a refund", by_id="bot", by_role="bot", summary="Order 17 broke.", answers={"order": "17"},
        needs=(Need(skill_id="refunds", level=2),),
    )  # fmt: skip
    before = with_bot(
        answers={"order": "?", "name": "Kaisa"}, needs=(Need(skill_id="refunds"),), first_response_at=AT
    )
    now = after(before, bots.escalate(before, workstream(), HERE, context, at=AT + MINUTE))
    assert now.answers == {"order": "17", "name": "Kaisa"}
    assert now.needs == (Need(skill_id="refunds", level=2),)
    assert now.escalation is not None
    assert (now.escalation.bot_name, now.escalation.summary) == ("Botti", "Order 17 broke.")
    assert (now.state, now.queued_at, now.first_response_at) == (State.OPEN, AT + MINUTE, None)
    assert now.deadlines.keys() == {"auto_close"}


# The conversation; whether the bot was unreached; how long after the beginning; what comes of it.
DUE: dict[str, tuple[Conversation, bool, int, str]] = {
    "unanswered": (with_bot(unanswered_since=AT), False, 30, "escalated: bot_silent"),
    "unanswered for less": (with_bot(unanswered_since=AT + 10 * SECOND), False, 30, "until 40"),
    "unreached": (with_bot(), True, 30, "escalated: bot_unreached"),
    "nobody speaks": (with_bot(), False, 30, "until 1800"),
    "nobody speaks any more": (with_bot(last_message_at=AT), False, 1800, "ended"),
    "paused": (replace(PAUSED, unanswered_since=AT), True, 600, "until 630"),
}


@pytest.mark.parametrize("case", DUE)
def test_what_its_deadline_does(case: str) -> None:
    conversation, unreached, seconds, expected = DUE[case]
    at = AT + seconds * SECOND
    now = after(conversation, bots.bot_due(conversation, workstream(), HERE, unreached=unreached, at=at), at)
    if now.state is State.ACTIVE:
        came = f"until {(now.deadlines['bot'] - AT).total_seconds():.0f}"
    else:
        came = f"escalated: {now.escalation.reason}" if now.escalation else "ended"
    assert came == expected


def test_a_customer_who_writes_is_answered_in_time_or_by_people() -> None:
    idle = with_bot(deadlines={"bot": AT + 30 * MINUTE})
    (awaited,) = bots.awaited(idle, AT)
    assert after(idle, (awaited,)).deadlines["bot"] == AT + 30 * SECOND
    assert bots.awaited(with_bot(), AT) == (), "it is due sooner already"
    assert bots.awaited(PAUSED, AT) == ()
    assert bots.awaited(accepted(), AT) == ()


def test_a_queue_where_nobody_serves_is_no_way_out_but_its_own_always_is() -> None:
    elsewhere = bots.escalate(with_bot(), workstream(), queue("billing", members=0), BY_SUPERVISOR, at=AT)
    assert reason(elsewhere) is Reason.NO_MEMBERS
    assert (
        reason(bots.escalate(with_bot(), workstream(), queue("support", members=0), BY_SUPERVISOR, at=AT))
        is None
    )


RULES = ModelRules(topics=("chargeback", "oikeus"), mood=Level.NEGATIVE, puzzled=2, most_tokens=100)
CALM = Standing(words="where is my parcel?", mood=Level.NEUTRAL, puzzled=0, tokens=0)


@pytest.mark.parametrize(
    ("standing", "expected"),
    [
        (CALM, None),
        (replace(CALM, words="I want to talk to a real person NOW"), HandOverReason.ASKED),
        (replace(CALM, words="haluan puhua ihmiselle"), HandOverReason.ASKED),
        (replace(CALM, words="kan jag få prata med en människa"), HandOverReason.ASKED),
        (replace(CALM, words="humane treatment of parcels"), None),
        (replace(CALM, words="this is a CHARGEBACK."), HandOverReason.TOPIC),
        (replace(CALM, words="oikeusasia"), None),
        (replace(CALM, mood=Level.NEGATIVE), HandOverReason.MOOD),
        (replace(CALM, mood=Level.VERY_NEGATIVE), HandOverReason.MOOD),
        (replace(CALM, mood=Level.SLIGHTLY_NEGATIVE), None),
        (replace(CALM, mood=None), None),
        (replace(CALM, puzzled=2), HandOverReason.PUZZLED),
        (replace(CALM, tokens=100), HandOverReason.BUDGET),
    ],
)
def test_when_a_bot_of_our_own_hands_over(standing: Standing, expected: HandOverReason | None) -> None:
    assert before_answering(RULES, standing) is expected


@pytest.mark.parametrize(
    ("text", "confidence", "expected"),
    [
        ("Your parcel comes tomorrow.", None, None),
        ("Your parcel comes tomorrow.", 0.5, None),
        ("Your parcel comes tomorrow.", 0.49, HandOverReason.UNSURE),
        ("I've transferred you to an agent.", None, HandOverReason.CLAIMED),
        ("One moment, I am connecting you to a colleague.", None, HandOverReason.CLAIMED),
        ("Siirrän sinut asiakaspalvelijalle.", None, HandOverReason.CLAIMED),
        ("Jag kopplar dig till en kollega.", None, HandOverReason.CLAIMED),
        ("You can transfer money in the app.", None, None),
        ("I can connect the dots.", None, None),
    ],
)
def test_what_a_model_says_is_not_said_blindly(
    text: str, confidence: float | None, expected: HandOverReason | None
) -> None:
    assert after_answering(RULES, text, confidence) is expected


@given(
    words=st.text(), mood=st.none() | st.sampled_from(Level), limit=st.none() | st.sampled_from(Level),
    topics=st.lists(st.text(), max_size=3),
)  # fmt: skip
def test_rules_never_fail_and_worse_moods_never_stay_longer(
    words: str, mood: Level | None, limit: Level | None, topics: list[str]
) -> None:
    rules = ModelRules(topics=tuple(topics), mood=limit)
    found = before_answering(rules, Standing(words=words, mood=mood, puzzled=0, tokens=0))
    if found is None and mood is not None:
        for better in Level:
            if RANK[better] >= RANK[mood]:
                assert (
                    before_answering(rules, Standing(words=words, mood=better, puzzled=0, tokens=0)) is None
                )
