"""The fallback where the model cannot be loaded: VADER, a word list with rules, for English alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from valvomo.insight.port import Feeling, UnavailableError, Utterance
from valvomo.insight.shortening import clean

LANGUAGE = "en"
LONGEST = 4_000
"""Characters."""
LEAST_SURE, SURENESS = 0.6, 0.4


class VaderSentiment:
    """English alone; of other languages, and of what it cannot tell the language of, it says nothing."""

    def __init__(self) -> None:
        try:
            from vaderSentiment.vaderSentiment import (  # noqa: PLC0415 - an extra
                SentimentIntensityAnalyzer,
            )
        except ImportError as error:
            raise UnavailableError(f"vaderSentiment is not installed: {error}") from error
        self._analyzer: Any = SentimentIntensityAnalyzer()

    @property
    def name(self) -> str:
        """`vader`."""
        return "vader"

    def feel(self, utterances: Sequence[Utterance]) -> list[Feeling | None]:
        """Its compound score; confidence grows from 0.6 with strength, since word lists miss what is meant."""
        return [self._feel(one.text) if one.language == LANGUAGE else None for one in utterances]

    def _feel(self, text: str) -> Feeling:
        score = float(self._analyzer.polarity_scores(clean(text)[:LONGEST])["compound"])
        return Feeling(score=round(score, 3), confidence=round(LEAST_SURE + SURENESS * abs(score), 3))
