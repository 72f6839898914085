"""The seven levels of sentiment, and which score is which (spec 1 §8)."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """From the worst to the best; what has not been measured, or not surely enough, has none."""

    VERY_NEGATIVE = "very_negative"
    NEGATIVE = "negative"
    SLIGHTLY_NEGATIVE = "slightly_negative"
    NEUTRAL = "neutral"
    SLIGHTLY_POSITIVE = "slightly_positive"
    POSITIVE = "positive"
    VERY_POSITIVE = "very_positive"


NONE = "none"
"""How screens and filters call the absence of a level."""

SURE_FROM = 0.7
"""A reading with less confidence than this is unsure: it has no level and does not count."""

_UPPER = (-0.85, -0.5, -0.2, 0.2, 0.5, 0.85)
"""Where each level but the last ends: below it, or at it on the negative side, so that both sides are alike."""

RANK = {level: place for place, level in enumerate(Level)}
"""0 is the worst."""


def level_of(score: float) -> Level:
    """The level of a score in [-1, 1]: neutral between -0.2 and 0.2, then slightly to 0.5, plainly to 0.85, very.

    The borders belong to the stronger level, so that a score and its opposite have opposite levels.
    """
    place = sum(score > upper if upper < 0 else score >= upper for upper in _UPPER)
    return tuple(Level)[place]


def level_of_reading(score: float, confidence: float) -> Level | None:
    """The level of one message; None where the model is unsure."""
    return level_of(score) if confidence >= SURE_FROM else None


def at_or_below(level: Level | None, threshold: Level | None) -> bool:
    """Whether a mood is as bad as the threshold or worse; never without a mood or without a threshold."""
    return level is not None and threshold is not None and RANK[level] <= RANK[threshold]
