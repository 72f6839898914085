"""Messages: who may write what in which state, and their two gapless numbers (spec 1 §6)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import (
    ALL_ON,
    AT,
    MINUTE,
    OTHER,
    SUPERVISOR,
    accepted,
    after,
    aino,
    an_open,
    closed,
    offered,
    participant,
    saara,
    waiting,
    with_bot,
    wrap_up,
)  # fmt: skip

from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.conversations.delivery import Delivery, DeliveryChanged
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.message import MessagePosted, Visibility, Words, post, same_but_words
from valvomo.domain.conversations.model import Conversation, Role
from valvomo.domain.refusals import Reason, Refusal

PUBLIC, NOTE, WHISPER = Visibility.PUBLIC, Visibility.INTERNAL, Visibility.WHISPER
YES = None
NOT_IN, FIRST, ENDED, CLOSED = Reason.NOT_PARTICIPANT, Reason.MONITOR_FIRST, Reason.ENDED, Reason.CLOSED
NOT_ACTIVE, BOT = Reason.NOT_ACTIVE, Reason.HANDLED_BY_BOT
CROWD = (
    participant(OTHER, Role.CONSULT), participant(("onni", "Onni"), Role.CONSULT, public=True),
    participant(SUPERVISOR, Role.SUPERVISOR, public=True), participant(("sulo", "Sulo"), Role.MONITOR),
)  # fmt: skip


KINDS = (PUBLIC, NOTE, WHISPER)


def words(who: str, visibility: Visibility, role: str = "primary") -> Words:
    return Words(message_id="m", author_id=who, author_role=role, visibility=visibility, digest="d")


# The state; then reply, note, whisper: of the primary aino.
PRIMARY: dict[str, tuple[Conversation, tuple[Reason | None, ...]]] = {
    "accepted": (accepted(), (YES, YES, YES)),
    "parked": (waiting(), (NOT_ACTIVE, YES, YES)),
    "wrap-up": (wrap_up(), (ENDED, YES, YES)),
    "closed": (closed(), (CLOSED, CLOSED, CLOSED)),
    "open": (an_open(), (NOT_ACTIVE, NOT_IN, FIRST)),
    "offered": (offered(), (NOT_ACTIVE, NOT_IN, FIRST)),
}
# In an accepted conversation; then reply, note, whisper.
OTHERS: dict[str, tuple[Reason | None, ...]] = {
    "eino": (NOT_IN, YES, YES),  # a private consult
    "onni": (YES, YES, YES),  # one whom the customer knows
    "saara": (YES, YES, YES),  # joined
    "sulo": (NOT_IN, NOT_IN, YES),  # monitors
    "nobody": (NOT_IN, NOT_IN, FIRST),
}


@pytest.mark.parametrize("state", PRIMARY)
def test_what_the_primary_may_write(state: str) -> None:
    conversation, expected = PRIMARY[state]
    for visibility, reason in zip(KINDS, expected, strict=True):
        outcome = post(words("aino", visibility), conversation)
        assert (outcome.reason if isinstance(outcome, Refusal) else None) is reason


@pytest.mark.parametrize("who", OTHERS)
def test_what_others_may_write(who: str) -> None:
    for visibility, reason in zip(KINDS, OTHERS[who], strict=True):
        outcome = post(words(who, visibility), accepted(participants=CROWD))
        assert (outcome.reason if isinstance(outcome, Refusal) else None) is reason


def test_nobody_whispers_to_a_bot() -> None:
    watched = replace(with_bot(), participants=CROWD)
    outcome = post(words("sulo", WHISPER), watched)
    assert outcome == Refusal(BOT, {"bot": "Botti"})


@pytest.mark.parametrize(
    ("conversation", "reason"),
    [
        (an_open(), YES), (offered(), YES), (accepted(), YES), (waiting(), YES), (with_bot(), YES), (wrap_up(), ENDED),
        (closed(), ENDED),
    ],
)  # fmt: skip
def test_the_customer_writes_until_it_has_ended(conversation: Conversation, reason: Reason | None) -> None:
    outcome = post(words("kaisa", PUBLIC, "customer"), conversation)
    assert (outcome.reason if isinstance(outcome, Refusal) else None) is reason


@given(st.lists(st.sampled_from(KINDS)))
def test_numbers_without_gaps_and_a_whisper_leaves_no_hole_for_the_customer(drawn: list[Visibility]) -> None:
    now, public = accepted(participants=CROWD), 0
    for number, visibility in enumerate(drawn, 1):
        posted = post(words("saara", visibility), now)
        assert isinstance(posted, MessagePosted)
        public += visibility is PUBLIC
        assert posted.seq == number
        assert posted.public_seq == (public if visibility is PUBLIC else None)
        now = after(now, (posted,))
        assert (now.seq, now.public_seq) == (number, public)


def test_who_waits_for_whom() -> None:
    now = accepted()
    for who, role, visibility, minutes, waiting_since in (
        ("kaisa", "customer", PUBLIC, 1, 1),
        ("kaisa", "customer", PUBLIC, 2, 1),
        ("aino", "primary", NOTE, 3, 1),
        ("aino", "primary", PUBLIC, 4, None),
        ("kaisa", "customer", PUBLIC, 5, 5),
    ):
        now = after(now, (_posted(now, who, role, visibility),), AT + minutes * MINUTE)
        assert now.unanswered_since == (AT + waiting_since * MINUTE if waiting_since else None)
        assert now.last_message_at == AT + minutes * MINUTE
    assert now.first_response_at == AT + 4 * MINUTE


@pytest.mark.parametrize("state", [*PRIMARY, "consulted", "bot"])
@pytest.mark.parametrize("role", ["customer", "primary"])
def test_words_change_no_act(state: str, role: str) -> None:
    """What live screens rely on: after mere words nobody's buttons are others than before."""
    others = {"consulted": accepted(participants=CROWD), "bot": with_bot()}
    before = others[state] if state in others else PRIMARY[state][0]
    event = MessagePosted(message_id="m", seq=9, public_seq=7, author_id="aino", author_role=role,
                          visibility=PUBLIC, digest="d")  # fmt: skip
    said = fold(before, event, AT + MINUTE)
    assert said.seq == 9
    for actor in (saara, aino, *(replace(aino, id=one) for one in ("eino", "onni", "sulo", "nobody"))):
        for act in Act:
            assert act_refusal(act, actor, said, ALL_ON) == act_refusal(act, actor, before, ALL_ON)


def test_what_words_leave_alone_is_known_to_be_the_same() -> None:
    """And nothing else is: whoever has asked the rules need not ask them again after these, but after all others."""
    before = accepted(participants=CROWD)
    said = fold(before, _posted(before, "aino", "primary", PUBLIC), AT)
    assert same_but_words(before, said)
    came = DeliveryChanged(message_id="m", seq=1, state=Delivery.SENT, minded=True)
    assert same_but_words(before, fold(said, came, AT + MINUTE))
    failed = DeliveryChanged(message_id="m", seq=1, state=Delivery.FAILED, minded=True)
    assert not same_but_words(before, fold(said, failed, AT + MINUTE))
    counted = {
        "version",
        "revision",
        "seq",
        "public_seq",
        "spoken",
        "unanswered_since",
        "first_response_at",
        "last_message_at",
    }
    for field in fields(before):
        changed = before.but(**{field.name: object()})
        assert same_but_words(before, changed) is (field.name in counted), field.name


def test_a_copy_with_changes_is_what_replacing_makes() -> None:
    before = accepted(participants=CROWD)
    changes: dict[str, Any] = {"seq": 4, "customer_name": "Somebody", "unanswered_since": AT}
    assert before.but(**changes) == replace(before, **changes)
    assert before.but() == before == accepted(participants=CROWD)
    with pytest.raises(TypeError, match="sequence"):
        before.but(sequence=4)


def _posted(conversation: Conversation, who: str, role: str, visibility: Visibility) -> MessagePosted:
    posted = post(words(who, visibility, role), conversation)
    assert isinstance(posted, MessagePosted)
    return posted
