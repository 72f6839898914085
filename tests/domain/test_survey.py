"""The survey: who is asked, what fits as an answer, until when, and what is counted of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valvomo.domain.conversations.ending import Abandoned, Ended, WrapUpCompleted
from valvomo.domain.conversations.fold import fold, fold_all
from valvomo.domain.conversations.model import Channel, Conversation, Mode
from valvomo.domain.conversations.pick import Picked
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.survey import (
    SurveyAnswered,
    SurveyAsked,
    answer_survey,
    asked_at_end,
    survey_until,
)
from valvomo.domain.conversations.survey_form import (
    Question,
    QuestionKind,
    SurveyAnswer,
    SurveyForm,
    SurveyKind,
    SurveyWhen,
    asked_in,
    unsound_form,
)
from valvomo.domain.figures import surveys
from valvomo.domain.figures.counting import counted
from valvomo.domain.figures.entries import Entry
from valvomo.domain.figures.sums import Goal, summed
from valvomo.domain.figures.turn import Turn
from valvomo.domain.refusals import Reason, Refusal

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CSAT = SurveyForm(kind=SurveyKind.CSAT, when=SurveyWhen.AGENT)
KIND, GOOD, WHY = (
    Question(id="kind", kind=QuestionKind.RATING, words={"en": "Kind?", "fi": "Ystävällinen?"}),
    Question(id="solved", kind=QuestionKind.YES_NO, words={"en": "Solved?"}),
    Question(id="why", kind=QuestionKind.WORDS, words={"fi": "Miksi?"}),
)
END = Ended(cause="agent_ended", by_id="aino", by_role="agent")


def begun(*, bot: bool = False, channel: Channel = Channel.LIVE_CHAT, language: str = "fi") -> Conversation:
    started = ConversationStarted(
        conversation_id="c", organization_id="o", workstream_id="w", queue_id="q", queue_name="Q",
        channel=channel, mode=Mode.TEXT, contact_id="k", customer_name="Kaisa", units=1, language=language,
        bot_id="bot" if bot else None, bot_name="Bot" if bot else None,
    )  # fmt: skip
    return fold(None, started, NOON)


def served(**how: Any) -> Conversation:
    return fold(begun(**how), Picked(agent_id="aino", agent_name="Aino", units=1), NOON)


def ended(form: SurveyForm = CSAT, **how: Any) -> Conversation:
    talk = served(**how)
    events = (*asked_at_end(form, talk, fold(talk, END, NOON)), END)
    after = fold_all(talk, ((one, NOON) for one in events))
    assert after is not None
    return after


def closed(form: SurveyForm = CSAT, **how: Any) -> Conversation:
    return fold(ended(form, **how), WrapUpCompleted(agent_id="aino"), NOON)


@pytest.mark.parametrize(
    ("when", "talk", "asked"),
    [
        (SurveyWhen.AGENT, served(), True),
        (SurveyWhen.AGENT, begun(bot=True), False),
        (SurveyWhen.AGENT, begun(), False),
        (SurveyWhen.SERVED, begun(bot=True), True),
        (SurveyWhen.SERVED, begun(), False),
        (SurveyWhen.ALWAYS, begun(), True),
        (SurveyWhen.ALWAYS, begun(channel=Channel.WHATSAPP), False),
        (SurveyWhen.ALWAYS, replace(served(), survey=ended().survey), False),
    ],
)
def test_who_is_asked(when: SurveyWhen, talk: Conversation, asked: bool) -> None:
    after = fold(talk, Abandoned(cause="customer_ended"), NOON)
    assert bool(asked_at_end(replace(CSAT, when=when), talk, after)) is asked
    assert asked_at_end(replace(CSAT, when=when, kind=SurveyKind.OFF), talk, after) == ()
    assert asked_at_end(replace(CSAT, when=when), talk, talk) == (), "nothing ends"


def test_it_is_of_the_last_agent_and_in_the_words_of_the_customer() -> None:
    form = replace(CSAT, questions=(KIND, GOOD, WHY))
    (asked,) = asked_at_end(form, served(), ended())
    assert isinstance(asked, SurveyAsked)
    assert (asked.agent_id, asked.agent_name, asked.low) == ("aino", "Aino", 2)
    assert [one.words for one in asked.questions] == ["Ystävällinen?", "Solved?", "Miksi?"]
    assert asked_in(WHY, "sv").words == "Miksi?"


FORM = replace(CSAT, questions=(KIND, GOOD, WHY))


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (SurveyAnswer(score=5, comment="Good", answers={"kind": 5, "solved": True, "why": "So"}), None),
        (SurveyAnswer(score=1), None),
        (SurveyAnswer(score=0), "body.score"),
        (SurveyAnswer(score=6), "body.score"),
        (SurveyAnswer(score=3, comment="x" * 2001), "body.comment"),
        (SurveyAnswer(score=3, answers={"other": 1}), "body.answers.other"),
        (SurveyAnswer(score=3, answers={"kind": True}), "body.answers.kind"),
        (SurveyAnswer(score=3, answers={"kind": 6}), "body.answers.kind"),
        (SurveyAnswer(score=3, answers={"solved": 1}), "body.answers.solved"),
        (SurveyAnswer(score=3, answers={"why": ""}), "body.answers.why"),
    ],
)
def test_what_fits_as_an_answer(answer: SurveyAnswer, fault: str | None) -> None:
    found = answer_survey(ended(FORM), answer, NOON, shown=False)
    if fault is None:
        assert isinstance(found, tuple)
    else:
        assert isinstance(found, Refusal)
        assert found.facts["errors"][0]["at"] == fault  # type: ignore[index]


def test_a_comment_that_nobody_asked_for_is_refused() -> None:
    found = answer_survey(
        ended(replace(CSAT, comment=False)), SurveyAnswer(score=3, comment="x"), NOON, shown=False
    )
    assert isinstance(found, Refusal)


def test_one_may_answer_and_change_it_for_a_while_and_not_after() -> None:
    done = closed(replace(CSAT, hours=2))
    assert survey_until(done) == NOON + timedelta(hours=2)
    just, late = NOON + timedelta(hours=2, seconds=-1), NOON + timedelta(hours=2)
    assert isinstance(answer_survey(done, SurveyAnswer(score=3), just, shown=False), tuple)
    refused = answer_survey(done, SurveyAnswer(score=3), late, shown=False)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.SURVEY_OVER
    for other in (served(), closed(replace(CSAT, kind=SurveyKind.OFF))):
        refused = answer_survey(other, SurveyAnswer(score=3), NOON, shown=False)
        assert isinstance(refused, Refusal)
        assert refused.reason is Reason.SURVEY_NOT_ASKED


@given(
    st.sampled_from([SurveyKind.CSAT, SurveyKind.NPS]), st.lists(st.integers(1, 5), min_size=1, max_size=8)
)
def test_the_newest_score_is_what_is_counted(kind: SurveyKind, scores: list[int]) -> None:
    """However often somebody changes their mind, the mean is of what they say in the end, and they are one."""
    now, entries = closed(replace(CSAT, kind=kind)), list[Entry]()
    for score in scores:
        events = answer_survey(now, SurveyAnswer(score=score), NOON, shown=False)
        assert isinstance(events, tuple)
        for event in events:
            after = fold(now, event, NOON)
            entries += counted(Turn(now, event, after, NOON), {})[0]
            now = after
    sums = summed(entries, Goal())
    assert now.survey is not None
    assert now.survey.score == scores[-1]
    assert surveys.survey_answered(sums) == 1
    if kind is SurveyKind.CSAT:
        assert surveys.csat(sums) == scores[-1]
        assert surveys.recommendation(sums) is None
    else:
        assert surveys.recommendation(sums) == -100
        assert surveys.csat(sums) is None


@pytest.mark.parametrize(("scores", "net"), [([10, 9, 8, 6], 25), ([10], 100), ([0], -100), ([7, 8], 0)])
def test_the_recommendation_is_who_promotes_less_who_detracts(scores: list[int], net: float) -> None:
    entries = list[Entry]()
    for score in scores:
        before = closed(replace(CSAT, kind=SurveyKind.NPS))
        (event,) = answer_survey(before, SurveyAnswer(score=score), NOON, shown=False)  # type: ignore[misc]
        entries += counted(Turn(before, event, before, NOON), {})[0]
    assert surveys.recommendation(summed(entries, Goal())) == net


def test_the_rate_is_answers_by_questions() -> None:
    talk = served()
    (asked,) = asked_at_end(CSAT, talk, ended())
    entries = list(counted(Turn(talk, asked, fold(talk, asked, NOON), NOON), {})[0]) * 4
    (answer,) = answer_survey(ended(), SurveyAnswer(score=4), NOON, shown=True)  # type: ignore[misc]
    assert isinstance(answer, SurveyAnswered)
    assert not answer.silent
    entries += counted(Turn(ended(), answer, ended(), NOON), {})[0]
    sums = summed(entries, Goal())
    assert (surveys.survey_asked(sums), surveys.survey_answered(sums), surveys.survey_rate(sums)) == (
        4,
        1,
        0.25,
    )
    assert {one.agent_id for one in entries} == {"aino"}
    assert surveys.survey_rate(summed([], Goal())) is None


@pytest.mark.parametrize(
    ("form", "at"),
    [
        (CSAT, None),
        (replace(CSAT, questions=(KIND, GOOD, WHY)), None),
        (replace(CSAT, questions=(KIND, GOOD, WHY, replace(WHY, id="more"))), "questions"),
        (replace(CSAT, questions=(KIND, KIND)), "questions"),
        (replace(CSAT, hours=0), "hours"),
        (replace(CSAT, hours=721), "hours"),
        (replace(CSAT, low=0), "low"),
        (replace(CSAT, kind=SurveyKind.NPS, low=0), None),
        (replace(CSAT, questions=(replace(KIND, words={"en": " "}),)), "questions.0.words"),
        (replace(CSAT, questions=(replace(KIND, words={}),)), "questions.0.words"),
    ],
)
def test_what_a_form_may_say(form: SurveyForm, at: str | None) -> None:
    found = unsound_form(form)
    assert (found and found[0]) == at
