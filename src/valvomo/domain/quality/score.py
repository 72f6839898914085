"""The score of an evaluation: one function.

Each answer is worth a share between 0 and 1: yes 1 and no 0, on a scale from 1 to n (answer - 1) / (n - 1), an option
its points over the most points of the question. The score is 100 times the mean of the shares, each weighted by its
question; what is not applicable, not answered or a text counts for nothing. A critical question with share 0 fails the
whole: the score is 0.

Two yes-no questions of weight 1 and 3, the first yes, the second no: 100 * (1 * 1 + 3 * 0) / 4 = 25.
A scale to 5 answered with 4 alone: 100 * (4 - 1) / (5 - 1) = 75. And a critical question answered no: 0, failed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from valvomo.domain.quality.form import NOT_APPLICABLE, Answers, Form, Question, QuestionKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """`points` from 0 to 100, None where nothing counts; `failed` are the critical questions that failed the whole.

    `sections` are the points of each section by itself, without regard to what failed.
    """

    points: float | None
    failed: tuple[str, ...]
    sections: tuple[float | None, ...]


def score(form: Form, answers: Answers) -> Score:
    """The score as far as it is answered."""
    failed = tuple(one.id for one in form.questions() if one.critical and share(one, answers) == 0)
    whole = _points(form.questions(), answers)
    return Score(
        points=0.0 if failed else whole,
        failed=failed,
        sections=tuple(_points(one.questions, answers) for one in form.sections),
    )


def share(question: Question, answers: Answers) -> float | None:
    """What the answer is worth, from 0 to 1; None where it counts for nothing."""
    answer = answers.get(question.id)
    if answer is None or answer == NOT_APPLICABLE:
        return None
    match question.kind:
        case QuestionKind.YES_NO:
            return float(answer == "yes")
        case QuestionKind.SCALE:
            return (int(answer) - 1) / (question.most - 1)
        case QuestionKind.CHOICE:
            most = max(one.points for one in question.options)
            return next(one.points for one in question.options if one.id == answer) / most
        case QuestionKind.TEXT:
            return None


def _points(questions: Iterable[Question], answers: Answers) -> float | None:
    counted = [(one.weight, found) for one in questions if (found := share(one, answers)) is not None]
    weight = sum(one for one, _ in counted)
    return 100 * sum(one * found for one, found in counted) / weight if weight else None
