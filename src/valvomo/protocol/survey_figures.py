"""What customers answered to the house's own questions, counted; and what they said in words."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.protocol.figure_details import EntryConversation
from valvomo.protocol.lookups import Named


class QuestionFigures(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a workstream's: how many answered it, and how many so (`counts`, by the answer).

    `mean` is of ratings from 1 to 5, and the share of yes where it is asked for yes or no; None for words.
    """

    workstream: Named
    id: str
    kind: str
    words: str
    answered: int
    counts: dict[str, int]
    mean: float | None


class SurveyFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Every question that was answered in the period, by workstream."""

    items: tuple[QuestionFigures, ...]


class SurveyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One of those that are counted for a question: the answer, None where it is in words, and the score given."""

    conversation: EntryConversation
    queue: Named
    at: datetime
    score: int
    answer: str | None


class SurveyText(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer said in words, with the score that they gave."""

    conversation: Named
    queue: Named
    at: datetime
    score: int
    text: str
