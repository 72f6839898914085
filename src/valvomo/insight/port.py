"""The port to whatever can tell what a message feels like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class UnavailableError(Exception):
    """A model cannot be used here or now; the text says why, for whoever operates the house."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """A message to be measured; `language` is a code of two letters, empty when it is not known."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feeling:
    """What a message feels like: `score` in [-1, 1], and how sure the model is of the class it chose, in [0, 1]."""

    score: float
    confidence: float


class SentimentModel(Protocol):
    """One back end. It may be slow and it may block; it is asked from a thread of its own, never from the loop."""

    @property
    def name(self) -> str:
        """What it is, for logs and screens."""
        ...

    def feel(self, utterances: Sequence[Utterance]) -> list[Feeling | None]:
        """One for each, in order; None where it cannot tell at all.

        Raises:
            UnavailableError: it does not answer; nothing was measured.
        """
        ...
