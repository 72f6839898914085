"""The house's own questions of surveys, as figures over how many gave which answer."""

from __future__ import annotations

from collections.abc import Mapping

from valvomo.domain.conversations.survey_form import QuestionKind
from valvomo.domain.figures.sums import ratio

YES, NO = "true", "false"
"""As answers to yes or no are counted."""


def question_mean(kind: QuestionKind, counts: Mapping[str, int]) -> float | None:
    """Sum of ratings / their number, from 1 to 5; or yes / (yes + no). None for words, and where nobody answered."""
    match kind:
        case QuestionKind.RATING:
            total = sum(int(answer) * number for answer, number in counts.items())
            return ratio(total, sum(counts.values()))
        case QuestionKind.YES_NO:
            return ratio(counts.get(YES, 0), counts.get(YES, 0) + counts.get(NO, 0))
        case QuestionKind.WORDS:
            return None
