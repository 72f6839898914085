"""Survey forms: what a workstream asks its customers once a talk has ended, and what is kept of it with a conversation.

The scores: CSAT is 1 to 5 (https://en.wikipedia.org/wiki/Customer_satisfaction), the recommendation 0 to 10, of which
9 and 10 promote and 0 to 6 detract (https://en.wikipedia.org/wiki/Net_promoter_score).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

MOST_QUESTIONS = 3
MOST_WORDS = 300
"""Characters of a question."""
MOST_SAID = 2_000
"""Characters of a comment, or of an answer in words."""
MOST_HOURS = 24 * 30
"""The customer's token opens the conversation no longer than that."""
RATING = range(1, 6)
PROMOTES, DETRACTS = 9, 6


class SurveyKind(StrEnum):
    """What the score is of; `off` asks nothing."""

    OFF = "off"
    CSAT = "csat"
    NPS = "nps"


class SurveyWhen(StrEnum):
    """Who is asked: whoever an agent has served, those served by a bot too, or everybody whose talk has ended."""

    AGENT = "agent"
    SERVED = "served"
    ALWAYS = "always"


class QuestionKind(StrEnum):
    """How a question of the house's own is answered: 1 to 5, yes or no, or in words."""

    RATING = "rating"
    YES_NO = "yes_no"
    WORDS = "words"


SCALES: Mapping[SurveyKind, range] = {
    SurveyKind.OFF: range(0),
    SurveyKind.CSAT: RATING,
    SurveyKind.NPS: range(11),
}
LOW: Mapping[SurveyKind, int] = {SurveyKind.OFF: 0, SurveyKind.CSAT: 2, SurveyKind.NPS: 6}
"""Scores up to here are low, unless the form says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One of the house's own; `words` by language."""

    id: str
    kind: QuestionKind
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyForm:
    """What is asked, and of whom.

    An answer may be given and changed until `hours` after the conversation was closed. Scores up to `low` are low,
    None as usual for the kind. `comment`: words may be added.
    """

    kind: SurveyKind = SurveyKind.OFF
    when: SurveyWhen = SurveyWhen.AGENT
    comment: bool = True
    hours: int = 72
    low: int | None = None
    questions: tuple[Question, ...] = ()

    @property
    def low_until(self) -> int:
        """The highest score that is low."""
        return LOW[self.kind] if self.low is None else self.low


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """One of the house's own as the customer was asked it, in their language."""

    id: str
    kind: QuestionKind
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What a conversation's customer was asked, and the score that they gave. What they said in words is elsewhere.

    `agent_id` is who served them last, of whom the answer is counted. `minutes`: it was asked over a channel, and their
    next message within so many is the answer, if it is one.
    """

    kind: SurveyKind
    comment: bool
    hours: int
    low: int
    asked_at: datetime
    questions: tuple[AskedQuestion, ...] = ()
    agent_id: str | None = None
    agent_name: str | None = None
    score: int | None = None
    answered_at: datetime | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswer:
    """What a customer answers: the score, words of their own, and answers to questions, by id."""

    score: int
    comment: str = ""
    answers: Mapping[str, int | bool | str] = field(default_factory=dict)


def score_worth(kind: SurveyKind, score: int) -> int:
    """What is added up of a score, in thousandths: the score itself, or whether one promotes (1) or detracts (-1)."""
    if kind is SurveyKind.CSAT:
        return 1000 * score
    return 1000 * ((score >= PROMOTES) - (score <= DETRACTS))


def asked_in(question: Question, language: str) -> AskedQuestion:
    """In this language, else in English, else in whichever there is."""
    words = question.words.get(language) or question.words.get("en") or next(iter(question.words.values()))
    return AskedQuestion(id=question.id, kind=question.kind, words=words)


def unsound_form(form: SurveyForm) -> tuple[str, str] | None:
    """Where a form contradicts itself, and what is wrong; None when it makes sense."""
    if len(form.questions) > MOST_QUESTIONS:
        return "questions", f"more than {MOST_QUESTIONS}"
    if len({one.id for one in form.questions}) < len(form.questions):
        return "questions", "two have the same id"
    if not 1 <= form.hours <= MOST_HOURS:
        return "hours", f"from 1 to {MOST_HOURS}"
    if form.kind is not SurveyKind.OFF and form.low is not None and form.low not in SCALES[form.kind]:
        return "low", "is no score of this kind"
    for number, one in enumerate(form.questions):
        said = [words.strip() for words in one.words.values()]
        if not said or not all(said) or any(len(words) > MOST_WORDS for words in said):
            return f"questions.{number}.words", f"1 to {MOST_WORDS} characters in at least one language"
    return None


def unfit_answer(survey: Survey, answer: SurveyAnswer) -> tuple[str, str] | None:
    """Where an answer does not fit what was asked, and what is wrong with it."""
    if answer.score not in SCALES[survey.kind] or isinstance(answer.score, bool):
        scale = SCALES[survey.kind]
        return "score", f"from {scale.start} to {scale.stop - 1}"
    if len(answer.comment) > MOST_SAID:
        return "comment", f"longer than {MOST_SAID} characters"
    if answer.comment and not survey.comment:
        return "comment", "none was asked for"
    kinds = {one.id: one.kind for one in survey.questions}
    for question, said in answer.answers.items():
        if question not in kinds:
            return f"answers.{question}", "was not asked"
        if not _fits(kinds[question], said):
            return f"answers.{question}", f"is no answer of the kind {kinds[question].value}"
    return None


def _fits(kind: QuestionKind, said: int | bool | str) -> bool:  # noqa: FBT001 - an answer, not a switch
    match kind:
        case QuestionKind.YES_NO:
            return isinstance(said, bool)
        case QuestionKind.RATING:
            return isinstance(said, int) and not isinstance(said, bool) and said in RATING
        case QuestionKind.WORDS:
            return isinstance(said, str) and 0 < len(said) <= MOST_SAID
