"""What a customer on a telephone is told next, what their keys mean, and in which words it is said."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_talk import AT, accepted, after, an_open, closed, offered, workstream, wrap_up

from valvomo.domain.calls.announcing import (
    AGAIN_SECONDS,
    ANSWER_SECONDS,
    LOOK_SECONDS,
    MOST_ASKED,
    Hush,
    Meaning,
    Note,
    Prompt,
    Rest,
    Say,
    Telling,
    Wait,
    begun,
    denied,
    ended,
    hushed,
    is_news,
    looked,
    meaning,
    next_step,
    opening,
    unsaid,
    wait_of,
    waits,
)
from valvomo.domain.conversations.call_marks import Call, Kept, Line, Telephone
from valvomo.domain.conversations.consent import (
    ConsentAnswered,
    ConsentAsked,
    NoticeShown,
    answer_consent,
    is_untold,
    show_notice,
)
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Channel, Consent, ConsentPolicy, Conversation
from valvomo.domain.conversations.recording import recording_refusal
from valvomo.domain.conversations.start import Customer, start
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.estimate import Estimate
from valvomo.protocol.spoken import denied_words, question_words, spoken_language, wait_words

NOTICE, CONSENT, NONE = (
    Consent(policy=one) for one in (ConsentPolicy.NOTICE, ConsentPolicy.CONSENT, ConsentPolicy.NONE)
)
SHOWN, GIVEN, REFUSED, SILENT = (
    replace(NOTICE, version=1, language="en"),
    replace(CONSENT, version=1, language="en", answer=True),
    replace(CONSENT, version=1, language="en", answer=False),
    replace(CONSENT, version=1, language="en"),
)
ALL = {
    "notice": NOTICE, "question": CONSENT, "none": NONE, "shown": SHOWN, "given": GIVEN, "refused": REFUSED,
    "silent": SILENT,
}  # fmt: skip
FIRST = {"notice": Prompt.NOTICE, "question": Prompt.QUESTION}
MAKERS: dict[str, Any] = {
    "open": an_open,
    "offered": offered,
    "accepted": accepted,
    "wrap_up": wrap_up,
    "closed": closed,
}


def on_telephone(
    consent: Consent = NONE, state: str = "open", line: Line | None = Line.UP, *, held: bool = False
) -> Conversation:
    """A customer on a telephone, or (None) in a window."""
    phone = Telephone(account_id="a", number="+358401234567", line=line) if line else None
    call = Call(id="c", video=False, since=AT, telephone=phone, held_since=AT if held else None)
    made = MAKERS[state](Channel.VOICE) if state != "closed" else closed()
    return replace(made, consent=consent, call=None if state in ("wrap_up", "closed") else call)


@pytest.mark.parametrize(
    ("consent", "state", "line"), list(itertools.product(ALL, MAKERS, [None, *Line])),
    ids=str,
)  # fmt: skip
def test_who_is_told_what_first_and_who_waits(consent: str, state: str, line: Line | None) -> None:
    one = on_telephone(ALL[consent], state, line)
    up = line is Line.UP and state in ("open", "offered", "accepted")
    assert opening(one) is (FIRST.get(consent) if up else None)
    assert waits(one) is (up and state != "accepted")
    step = next_step(one, Telling(), 0.0)
    if up and consent in FIRST:
        assert step == Say(FIRST[consent])
    elif waits(one):
        assert step == Say(Prompt.WAIT)
    else:
        assert step == Rest()


def test_a_customer_on_hold_is_told_first_all_the_same() -> None:
    assert next_step(on_telephone(NOTICE, "accepted", held=True), Telling(), 0.0) == Say(Prompt.NOTICE)


HEARD = Telling(heard=1, ended=10.0)
TWICE = Telling(heard=MOST_ASKED, ended=10.0)
WAIT = Wait(place=3, minutes=(2, 4), callback=True)
TOLD = Telling(ended=10.0, wait=WAIT)


@pytest.mark.parametrize(
    ("consent", "telling", "now", "step"),
    [
        (NOTICE, Telling(playing=Prompt.NOTICE), 1.0, Rest()),
        (NOTICE, HEARD, 10.0, Note()),
        (SHOWN, Telling(playing=Prompt.NOTICE), 1.0, Hush()),
        (CONSENT, Telling(playing=Prompt.QUESTION), 1.0, Rest()),
        (CONSENT, HEARD, 10.0, Rest(ANSWER_SECONDS)),
        (CONSENT, HEARD, 10.0 + ANSWER_SECONDS - 1, Rest(1.0)),
        (CONSENT, HEARD, 10.0 + ANSWER_SECONDS, Say(Prompt.QUESTION)),
        (CONSENT, TWICE, 10.0 + ANSWER_SECONDS - 1, Rest(1.0)),
        (CONSENT, TWICE, 10.0 + ANSWER_SECONDS, Note()),
        (GIVEN, Telling(playing=Prompt.QUESTION, heard=1), 1.0, Hush()),
        (GIVEN, HEARD, 10.0, Say(Prompt.WAIT)),
        (SILENT, TWICE, 10.0, Say(Prompt.WAIT)),
        (CONSENT, Telling(playing=Prompt.WAIT), 1.0, Hush()),
        (NONE, Telling(playing=Prompt.WAIT, wait=WAIT), 1.0, Rest()),
        (NONE, TOLD, 10.0, Rest(AGAIN_SECONDS)),
        (NONE, TOLD, 10.0 + AGAIN_SECONDS, Say(Prompt.WAIT)),
        (NONE, replace(TOLD, looked=10.0 + AGAIN_SECONDS), 11.0 + AGAIN_SECONDS, Rest(LOOK_SECONDS - 1)),
        (NONE, replace(TOLD, looked=70.0), 70.0 + LOOK_SECONDS, Say(Prompt.WAIT)),
        (NONE, Telling(looked=5.0), 5.0, Rest(LOOK_SECONDS)),
        (NONE, Telling(looked=5.0), 5.0 + LOOK_SECONDS, Say(Prompt.WAIT)),
        (NONE, denied(TOLD), 11.0, Say(Prompt.NO_CALLBACK)),
        (NONE, denied(replace(TOLD, playing=Prompt.WAIT)), 11.0, Hush()),
        (NONE, begun(denied(TOLD), Prompt.NO_CALLBACK), 11.0, Rest()),
        (NONE, unsaid(denied(TOLD)), 11.0, Rest(AGAIN_SECONDS - 1)),
        (NOTICE, begun(denied(TOLD), Prompt.NO_CALLBACK), 11.0, Hush()),
    ],
)
def test_one_thing_after_the_other(consent: Consent, telling: Telling, now: float, step: object) -> None:
    assert next_step(on_telephone(consent), telling, now) == step


@pytest.mark.parametrize("consent", [NONE, SHOWN, GIVEN, REFUSED, SILENT])
def test_once_an_agent_has_accepted_nothing_is_said_of_the_wait(consent: Consent) -> None:
    one = on_telephone(consent, "accepted")
    assert next_step(one, Telling(playing=Prompt.WAIT, wait=WAIT), 1.0) == Hush()
    assert next_step(one, TOLD, 1_000.0) == Rest()
    assert next_step(one, denied(TOLD), 1_000.0) == Rest()
    assert next_step(one, begun(denied(TOLD), Prompt.NO_CALLBACK), 1.0) == Hush()


def test_who_is_denied_a_callback_is_told_once_for_each_time_that_they_want_it() -> None:
    playing = begun(denied(replace(TOLD, offered=True)), Prompt.NO_CALLBACK)
    assert hushed(playing).owed, "they have not heard it to its end"
    told = ended(playing, 20.0)
    assert told == replace(TOLD, offered=True, ended=20.0, denied=True)
    assert denied(told).owed
    assert denied(replace(told, offered=False, wait=Wait(place=1))).owed, "it has been offered once"
    assert denied(Telling(wait=Wait(place=1))) == Telling(wait=Wait(place=1)), "nobody had offered it to them"
    assert denied(begun(Telling(), Prompt.WAIT, WAIT)).owed, "they need not hear the offer to its end"


def test_what_was_cut_off_counts_for_nothing() -> None:
    assert hushed(Telling(playing=Prompt.QUESTION, heard=1, ended=3.0)) == Telling(heard=1, ended=3.0)
    assert hushed(Telling(playing=Prompt.WAIT, wait=WAIT)) == Telling(), (
        "they are told again, should they wait again"
    )
    assert not ended(begun(Telling(), Prompt.WAIT, Wait(place=1)), 9.0).offered
    told = ended(begun(Telling(), Prompt.WAIT, WAIT), 9.0)
    assert told == Telling(wait=WAIT, offered=True, ended=9.0)
    assert ended(begun(told, Prompt.WAIT, Wait(place=1)), 10.0).offered, "that was said before"
    assert ended(Telling(playing=Prompt.NOTICE), 9.0) == Telling(heard=1, ended=9.0)
    assert looked(told, 12.0).looked == 12.0


@pytest.mark.parametrize(
    ("before", "wait", "news"),
    [
        (None, Wait(), False),
        (None, Wait(minutes=(1, 2)), False),
        (None, Wait(place=2), True),
        (None, Wait(callback=True), True),
        (WAIT, WAIT, False),
        (WAIT, replace(WAIT, place=2), True),
        (WAIT, replace(WAIT, minutes=(2, 5)), True),
        (WAIT, Wait(), False),
    ],
)
def test_only_news_is_told(before: Wait | None, wait: Wait, news: bool) -> None:
    assert is_news(Telling(wait=before), wait) is news


@pytest.mark.parametrize(
    ("place", "estimate", "minutes"),
    [
        (1, None, None),
        (None, (60, 90), None),
        (1, (0, 0), (0, 1)),
        (2, (10, 60), (0, 1)),
        (2, (10, 61), (1, 2)),
        (2, (89, 91), (1, 2)),
        (2, (100, 119), (2, 2)),
        (3, (150, 290), (2, 5)),
        (9, (3_000, 4_000), (50, 67)),
    ],
)
def test_a_wait_is_said_in_whole_minutes(
    place: int | None, estimate: tuple[int, int] | None, minutes: tuple[int, int] | None
) -> None:
    found = Estimate(low=estimate[0], high=estimate[1]) if estimate else None
    assert wait_of(place, found, callback=True) == Wait(place=place, minutes=minutes, callback=True)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_no_wait_is_said_to_be_shorter_than_it_may_be(low: int, more: int) -> None:
    minutes = wait_of(1, Estimate(low=low, high=low + more), callback=False).minutes
    assert minutes is not None
    assert minutes[0] <= minutes[1]
    assert minutes[1] * 60 >= low + more


K = Meaning


@pytest.mark.parametrize(
    ("consent", "state", "telling", "keys", "meant"),
    [
        (CONSENT, "open", Telling(playing=Prompt.QUESTION), "1", K.NOTHING),
        (CONSENT, "open", Telling(playing=Prompt.QUESTION), "2", K.DECLINED),
        (CONSENT, "open", HEARD, "1", K.AGREED),
        (CONSENT, "open", replace(HEARD, playing=Prompt.QUESTION), "1", K.AGREED),
        (CONSENT, "open", HEARD, "2", K.DECLINED),
        (CONSENT, "open", HEARD, "#2", K.DECLINED),
        (CONSENT, "open", HEARD, "12", K.AGREED),
        (CONSENT, "open", HEARD, "3*#", K.NOTHING),
        (CONSENT, "accepted", HEARD, "1", K.AGREED),
        (CONSENT, "accepted", HEARD, "4111", K.AGREED),
        (CONSENT, "accepted", HEARD, "9", K.NOTHING),
        (GIVEN, "open", HEARD, "1", K.NOTHING),
        (GIVEN, "open", replace(HEARD, wait=WAIT, playing=Prompt.WAIT), "1", K.NOTHING),
        (GIVEN, "open", replace(HEARD, wait=WAIT, offered=True), "1", K.CALLBACK),
        (SILENT, "open", TWICE, "1", K.NOTHING),
        (REFUSED, "open", replace(HEARD, offered=True), "1", K.CALLBACK),
        (GIVEN, "open", Telling(), "1", K.CALLBACK),
        (NOTICE, "open", Telling(playing=Prompt.NOTICE), "1", K.CALLBACK),
        (SHOWN, "open", HEARD, "1", K.CALLBACK),
        (NONE, "offered", Telling(), "21", K.CALLBACK),
        (NONE, "open", Telling(), "2", K.NOTHING),
        (NOTICE, "accepted", Telling(playing=Prompt.NOTICE), "1", K.SHOWN),
        (GIVEN, "accepted", HEARD, "1", K.SHOWN),
        (NONE, "accepted", Telling(), "4111#", K.SHOWN),
    ],
)
def test_what_keys_mean(*, consent: Consent, state: str, telling: Telling, keys: str, meant: Meaning) -> None:
    assert meaning(on_telephone(consent, state), telling, keys, voiced=True) is meant


@pytest.mark.parametrize(("state", "meant"), [("open", K.CALLBACK), ("accepted", K.SHOWN)])
def test_where_nobody_can_ask_no_key_is_an_answer(state: str, meant: Meaning) -> None:
    assert meaning(on_telephone(CONSENT, state), Telling(), "1", voiced=False) is meant


class TestTheAnswer:
    @pytest.mark.parametrize("state", ["open", "offered", "accepted"])
    def test_what_was_heard_is_known_once(self, state: str) -> None:
        one = on_telephone(NOTICE, state)
        assert show_notice(one, 3, "fi") == (NoticeShown(version=3, language="fi"),)
        now = after(one, show_notice(one, 3, "fi"))
        assert now.consent == replace(NOTICE, version=3, language="fi")
        assert not is_untold(now)
        assert show_notice(now, 4, "fi") == ()

    @pytest.mark.parametrize("answer", [True, False])
    def test_the_first_answer_stands(self, answer: bool) -> None:
        one = on_telephone(CONSENT)
        events = answer_consent(one, 3, "fi", answer=answer)
        assert events == (ConsentAnswered(answer=answer, version=3, language="fi"),)
        now = after(one, events)
        assert now.consent == replace(CONSENT, version=3, language="fi", answer=answer)
        assert answer_consent(now, 3, "fi", answer=not answer) == ()
        assert show_notice(now, 3, "fi") == ()

    def test_no_answer_is_none(self) -> None:
        one = on_telephone(CONSENT)
        assert show_notice(one, 3, "fi") == (ConsentAsked(version=3, language="fi"),)
        now = after(one, show_notice(one, 3, "fi"))
        assert now.consent.answer is None
        assert answer_consent(now, 3, "fi", answer=True) == (), "they are not asked any more"

    @pytest.mark.parametrize("state", ["wrap_up", "closed"])
    def test_nothing_is_told_or_answered_afterwards(self, state: str) -> None:
        assert show_notice(on_telephone(NOTICE, state), 1, "en") == ()
        assert answer_consent(on_telephone(CONSENT, state), 1, "en", answer=True) == ()

    def test_nobody_answers_what_is_not_asked(self) -> None:
        assert answer_consent(on_telephone(NOTICE), 1, "en", answer=True) == ()
        assert show_notice(on_telephone(NONE), 1, "en") == ()

    @pytest.mark.parametrize("telephone", [True, False])
    def test_whoever_is_on_a_telephone_is_asked_there(self, telephone: bool) -> None:
        customer = Customer(
            contact_id="k", name="Kaisa", telephone=Telephone(account_id="a", number="") if telephone else None
        )  # fmt: skip
        stream = workstream(Channel.VOICE, consent=ConsentPolicy.CONSENT)
        begun = start(stream, ("q", "Q"), customer, CONSENT, conversation_id="c", at=AT)
        assert isinstance(begun, Refusal) is not telephone

    @pytest.mark.parametrize(
        ("consent", "why"),
        [
            (NOTICE, Reason.NOT_RECORDED),
            (SHOWN, None),
            (CONSENT, Reason.CONSENT_PENDING),
            (SILENT, Reason.CONSENT_PENDING),
            (REFUSED, Reason.CONSENT_REFUSED),
            (GIVEN, None),
            (NONE, Reason.NOT_RECORDED),
        ],
        ids=["notice", "shown", "question", "silent", "refused", "given", "none"],
    )
    def test_nothing_is_kept_of_who_was_not_told_or_did_not_agree(
        self, consent: Consent, why: Reason | None
    ) -> None:
        refusal = recording_refusal(on_telephone(consent, "accepted"), Kept.RECORDING)
        assert (refusal.reason if refusal else None) is why


class TestTheWords:
    @pytest.mark.parametrize(
        ("wait", "words"),
        [
            (Wait(), ""),
            (Wait(place=1), "You are next in the queue."),
            (Wait(place=3, minutes=(0, 1)), "You are number 3 in the queue. The wait is less than a minute."),
            (Wait(place=3, minutes=(4, 4)), "You are number 3 in the queue. The wait is about 4 minutes."),
            (
                Wait(place=3, minutes=(2, 5)),
                "You are number 3 in the queue. The wait is about 2 to 5 minutes.",
            ),
            (
                Wait(place=9, minutes=(50, 61)),
                "You are number 9 in the queue. The wait may be more than an hour.",
            ),
        ],
    )
    def test_place_and_wait(self, wait: Wait, words: str) -> None:
        assert wait_words(wait, "en") == words

    @pytest.mark.parametrize("language", ["en", "fi", "sv"])
    def test_the_key_is_the_last_thing_that_is_said_of_a_callback(self, language: str) -> None:
        said = wait_words(Wait(place=3, minutes=(2, 5), callback=True), language)
        assert "1" in said.rsplit(".", 2)[1], "whoever presses it has heard what for"
        assert "3" in said

    @pytest.mark.parametrize("language", ["en", "fi", "sv"])
    def test_who_is_denied_a_callback_is_not_told_of_its_key(self, language: str) -> None:
        assert denied_words(language)
        assert "1" not in denied_words(language)

    @pytest.mark.parametrize("language", ["en", "fi", "sv"])
    def test_the_question_ends_with_its_keys(self, language: str) -> None:
        said = question_words(" May we? ", language)
        assert said.startswith("May we? ")
        assert said.index("1") < said.index("2")

    @pytest.mark.parametrize(
        ("spoken", "language"), [("fi", "fi"), ("FI-fi", "fi"), ("sv", "sv"), ("de", "en"), ("", "en")]
    )
    def test_a_language_that_the_house_does_not_speak_is_english(self, spoken: str, language: str) -> None:
        assert spoken_language(spoken) == language


class Caller:
    """One telephone, its engine and its house, by a clock of their own: what was heard, and when."""

    def __init__(self, consent: Consent) -> None:
        self.one, self.telling, self.now = on_telephone(consent), Telling(), 0.0
        self.until: float | None = None
        self.begun: list[Prompt] = []
        self.place = 3
        self.denied = self.cut = 0
        """How often they have wanted a callback and not got it, and how often something was cut off."""

    def step(self) -> float | None:
        """Whatever is to be done now, until there is nothing; when to look again."""
        for _ in range(10):
            step = next_step(self.one, self.telling, self.now)
            match step:
                case Rest(seconds):
                    return seconds
                case Hush():
                    assert self.telling.playing is not None
                    self.telling, self.until, self.cut = hushed(self.telling), None, self.cut + 1
                case Note():
                    self.change(show_notice(self.one, 1, "en"))
                    assert not is_untold(self.one)
                case Say(prompt):
                    self.say(prompt)
        raise AssertionError("it never rests")

    def say(self, prompt: Prompt) -> None:
        assert self.until is None, "one thing at a time"
        if prompt not in (Prompt.WAIT, Prompt.NO_CALLBACK):
            assert prompt is opening(self.one)
        else:
            assert waits(self.one)
            assert not is_untold(self.one), "the notice is first"
        assert prompt is not Prompt.NO_CALLBACK or self.denied > self.begun.count(prompt) - self.cut
        wait = Wait(place=self.place, callback=not self.telling.denied) if prompt is Prompt.WAIT else None
        if wait is not None and not is_news(self.telling, wait):
            self.telling = looked(self.telling, self.now)
            return
        self.telling, self.until = begun(self.telling, prompt, wait), self.now + 4.0
        self.begun.append(prompt)

    def change(self, events: Sequence[Event]) -> None:
        if events:
            self.one = after(self.one, tuple(events))

    def act(self, act: str) -> None:
        """What somebody does, or what happens."""
        going = self.one.call is not None
        match act:
            case "accepted" | "open" | "offered" if going:
                self.one = on_telephone(self.one.consent, act)
            case "1" | "2":
                meant = meaning(self.one, self.telling, act, voiced=True)
                if meant in (Meaning.AGREED, Meaning.DECLINED):
                    self.change(answer_consent(self.one, 1, "en", answer=meant is Meaning.AGREED))
            case "hangs up":
                self.one = on_telephone(self.one.consent, "wrap_up")
            case "moves":
                self.place += 1
            case "dies":
                self.telling, self.until, self.cut = hushed(self.telling), None, self.cut + 1
            case "denied" if going:
                self.telling, self.denied = denied(self.telling), self.denied + 1
            case _:
                assert not going

    def pass_(self, seconds: float) -> None:
        end = self.now + seconds
        while True:
            again = self.step()
            due = [
                one
                for one in (self.until, self.now + again if again is not None else None)
                if one is not None
            ]
            if not due or min(due) > end:
                break
            self.now = max(self.now, min(due))
            if self.until is not None and self.now >= self.until:
                self.telling, self.until = ended(self.telling, self.now), None
        self.now = end
        self.step()


ACTS = st.lists(
    st.one_of(
        st.sampled_from(["accepted", "open", "offered", "1", "2", "hangs up", "moves", "dies", "denied"]),
        st.floats(0.1, 90.0),
    ),
    max_size=25,
)


@given(st.sampled_from([NOTICE, CONSENT, NONE, SHOWN, GIVEN]), ACTS)
def test_whatever_happens_one_thing_is_said_at_a_time_the_notice_first_and_nothing_after_the_end(
    consent: Consent, acts: list[str | float]
) -> None:
    line = Caller(consent)
    for act in acts:
        if isinstance(act, float):
            line.pass_(act)
        else:
            line.act(act)
        before = len(line.begun)
        line.step()
        if line.one.call is None or (line.one.accepted and not is_untold(line.one)):
            assert len(line.begun) == before, "nothing after that"
            assert line.telling.playing is None
    line.pass_(600.0)
    if line.one.call is not None:
        assert not is_untold(line.one), "it ends"
    assert line.one.consent.answer is not True or consent is GIVEN or line.telling.heard, (
        "nobody agrees unheard"
    )


def test_who_waits_is_told_at_once_and_again_a_minute_after_something_has_changed() -> None:
    line = Caller(NOTICE)
    line.pass_(1.0)
    assert line.begun == [Prompt.NOTICE]
    line.pass_(30.0)
    assert line.begun == [Prompt.NOTICE, Prompt.WAIT]
    line.pass_(200.0)
    assert len(line.begun) == 2, "nothing has changed"
    line.place = 2
    line.pass_(LOOK_SECONDS)
    assert len(line.begun) == 3
    line.place = 1
    line.pass_(AGAIN_SECONDS - 10)
    assert len(line.begun) == 3, "not so often"
    line.pass_(30.0)
    assert len(line.begun) == 4


def test_whoever_says_nothing_is_asked_twice_and_has_not_agreed() -> None:
    line = Caller(CONSENT)
    line.pass_(60.0)
    assert line.begun == [Prompt.QUESTION, Prompt.QUESTION, Prompt.WAIT]
    assert line.one.consent == SILENT
    assert line.one.call is not None
