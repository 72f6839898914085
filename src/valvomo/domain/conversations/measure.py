"""Measure: what a customer's message feels like, and in which language the customer writes.

Both follow a message and never delay it. They are known to supervisors; to agents only if the organization says so;
to customers never (spec 1 §8).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import LanguageSource
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.sentiment.levels import Level, level_of_reading
from valvomo.domain.sentiment.mood import Reading, mood_of, with_reading


@dataclass(frozen=True, slots=True, kw_only=True)
class SentimentMeasured(Event):
    """A message of the customer was measured. `score` in [-1, 1], `confidence` in [0, 1]; `level` None when unsure.

    `said_at` is when the message was written, `language` that in which it was read, `shown` whether the organization
    lets agents know of it.
    """

    kind: ClassVar[str] = "sentiment_measured"
    seq: int
    score: float
    confidence: float
    level: Level | None
    said_at: datetime
    language: str = ""
    shown: bool = False

    @property
    def silent(self) -> bool:
        """Silent unless the organization chose to show agents what customers feel."""
        return not self.shown

    @property
    def secret(self) -> bool:
        """No secret: every message of every customer is measured alike, so that it happened says nothing."""
        return False

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """One more reading; the last six are kept."""
        reading = Reading(seq=self.seq, score=self.score, level=self.level, at=self.said_at)
        readings = with_reading(conversation.readings, reading)
        mood = mood_of(readings)
        return conversation.but(readings=readings, sentiment_level=mood.level if mood else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageDetected(Event):
    """The customer was found to write in this language; `confidence` in [0, 1].

    `needs` are the skills that are asked for from now on, None as before.
    """

    kind: ClassVar[str] = "language_detected"
    language: str
    confidence: float
    needs: tuple[Need, ...] | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The conversation's language, until somebody says otherwise."""
        needs = conversation.needs if self.needs is None else self.needs
        return conversation.but(language=self.language, language_source=LanguageSource.DETECTED, needs=needs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a model says of one message; nothing was `felt` where no model reads its language.

    `language` and `language_confidence` are of all that the customer has written; empty where it is too little to tell.
    """

    seq: int
    said_at: datetime
    score: float
    confidence: float
    language: str = ""
    language_confidence: float = 0.0
    felt: bool = True


def is_measured(conversation: Conversation, seq: int) -> bool:
    """Whether this message, or one after it, has been measured already."""
    return bool(conversation.readings) and conversation.readings[-1].seq >= seq


def measure(measured: Measured, conversation: Conversation, *, shown: bool) -> tuple[Event, ...]:
    """A reading, and the language if it is another one; nothing of what is closed or has been measured already."""
    if conversation.state is State.CLOSED or is_measured(conversation, measured.seq):
        return ()
    language = detect(measured.language, measured.language_confidence, conversation)
    if not measured.felt:
        return language
    level = level_of_reading(measured.score, measured.confidence)
    reading = SentimentMeasured(
        seq=measured.seq,
        score=measured.score,
        confidence=measured.confidence,
        level=level,
        said_at=measured.said_at,
        language=measured.language,
        shown=shown,
    )
    return (*language, reading)


def detect(language: str, confidence: float, conversation: Conversation) -> tuple[Event, ...]:
    """The language if it is known, another one than before, and nobody has chosen one by hand."""
    if not language or conversation.language_source is LanguageSource.CHOSEN:
        return ()
    if language == conversation.language and conversation.language_source is LanguageSource.DETECTED:
        return ()
    return (LanguageDetected(language=language, confidence=confidence),)
