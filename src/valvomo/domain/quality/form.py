"""Evaluation forms: sections of questions, and what is an answer to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

MOST_QUESTIONS = 100
MOST_ON_SCALE = 10
LONGEST_TEXT = 4_000
NOT_APPLICABLE = "na"
"""What is answered where a question does not concern the conversation: it counts for nothing."""

Answers = Mapping[str, str | int]
"""By question: `yes` or `no`, a place on the scale, an option's id, a text, or `na`."""


class QuestionKind(StrEnum):
    """How a question is answered."""

    YES_NO = "yes_no"
    SCALE = "scale"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One answer of several, worth so many points."""

    id: str
    text: str
    points: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`weight` is how much it counts beside others, `most` the end of its scale, which begins at 1.

    A `critical` one that is answered with the worst answer fails the whole. Texts count for nothing.
    """

    id: str
    text: str
    kind: QuestionKind
    weight: int = 1
    critical: bool = False
    most: int = 5
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Questions that belong together."""

    title: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a conversation is judged by."""

    sections: tuple[Section, ...]

    def questions(self) -> Iterator[Question]:
        """All of them, in order."""
        for section in self.sections:
            yield from section.questions


def unsound(form: Form) -> tuple[str, str] | None:
    """Where a form cannot be so, and why; None when it can."""
    questions = list(form.questions())
    if not 0 < len(questions) <= MOST_QUESTIONS:
        return "sections", f"there must be 1 to {MOST_QUESTIONS} questions"
    if len({one.id for one in questions}) < len(questions):
        return "sections", "two questions have the same id"
    for place, section in enumerate(form.sections):
        for number, one in enumerate(section.questions):
            if problem := _unsound(one):
                return f"sections.{place}.questions.{number}", problem
    if not any(one.kind is not QuestionKind.TEXT and one.weight for one in questions):
        return "sections", "no question counts"
    return None


def _unsound(one: Question) -> str | None:
    if not one.id or not one.text.strip():
        return "has no text"
    if one.weight < 0:
        return "its weight is below 0"
    if one.kind is QuestionKind.SCALE and not 1 < one.most <= MOST_ON_SCALE:
        return f"its scale ends at 2 to {MOST_ON_SCALE}"
    if one.kind is QuestionKind.CHOICE:
        ids = {option.id for option in one.options} - {NOT_APPLICABLE, ""}
        if len(ids) < max(2, len(one.options)):
            return "needs two options or more, each with an id and a text of its own"
        if min(option.points for option in one.options) < 0 or not any(one.points for one in one.options):
            return "no option is worth anything, or one less than nothing"
    if one.kind is QuestionKind.TEXT and one.critical:
        return "a text cannot fail the whole"
    return None


def misfit(form: Form, answers: Answers) -> tuple[str, str] | None:
    """Which answer is none to its question, and why; None when all are. Answers may be missing."""
    questions = {one.id: one for one in form.questions()}
    for one, answer in answers.items():
        if one not in questions:
            return f"answers.{one}", "there is no such question"
        if not _answers(questions[one], answer):
            return f"answers.{one}", "is no answer to this question"
    return None


def unanswered(form: Form, answers: Answers) -> tuple[str, ...]:
    """Questions that must be answered before it can be submitted; texts need not."""
    return tuple(
        one.id for one in form.questions() if one.kind is not QuestionKind.TEXT and one.id not in answers
    )


def _answers(question: Question, answer: str | int) -> bool:
    match question.kind:
        case QuestionKind.TEXT:
            return isinstance(answer, str) and len(answer) <= LONGEST_TEXT
        case _ if answer == NOT_APPLICABLE:
            return True
        case QuestionKind.YES_NO:
            return answer in ("yes", "no")
        case QuestionKind.SCALE:
            return isinstance(answer, int) and 1 <= answer <= question.most
        case _:
            return answer in {one.id for one in question.options}
