"""The mood of a conversation: what the customer's last six measured messages say together (spec 1 §8)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from valvomo.domain.sentiment.levels import Level, level_of

KEPT = 6
"""So many measured messages make the mood."""

HALF_LIFE = 3.0
"""After so many more messages one counts half."""

LEAST_WEIGHT = 0.25
"""What a perfectly neutral message counts beside one of full strength: "ok" does not take anger back."""

STEADY = 0.1
"""A slope of less than this a message, up or down, is steady."""

LEAST_FOR_TREND = 3
"""Fewer sure messages have no trend."""


class Trend(StrEnum):
    """Where the mood is going."""

    FALLING = "falling"
    STEADY = "steady"
    RISING = "rising"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One measured message of the customer: its number, its score in [-1, 1], and when it was written.

    `level` is None where the model was unsure: then the score is a guess that nothing counts.
    """

    seq: int
    score: float
    level: Level | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """What the readings say together. `level` and `score` are None while no reading is sure, `trend` while few are.

    `slope` is the change of the score a message. `seq` and `at` are of the newest message that was measured: what was
    said after it is not in here yet.
    """

    level: Level | None
    score: float | None
    trend: Trend | None
    slope: float | None
    seq: int
    at: datetime
    readings: tuple[Reading, ...]


def with_reading(readings: tuple[Reading, ...], new: Reading) -> tuple[Reading, ...]:
    """The last six, the new one included; measured again, a message has its new reading."""
    kept = [one for one in readings if one.seq != new.seq]
    return tuple(sorted((*kept, new), key=lambda one: one.seq)[-KEPT:])


def mood_of(readings: Sequence[Reading]) -> Mood | None:
    """The mood; None while nothing has been measured.

    The score is a mean in which a message counts half as much after three more, and the more the further it is from
    neutral: weight = 0.5^(age / 3) x (0.25 + 0.75 |score|), where age counts sure messages after it.
    """
    if not readings:
        return None
    newest = readings[-1]
    sure = [one.score for one in readings if one.level is not None]
    score = _mean(sure) if sure else None
    slope = _slope(sure) if len(sure) >= LEAST_FOR_TREND else None
    return Mood(
        level=None if score is None else level_of(score),
        score=score,
        trend=None if slope is None else trend_of(slope),
        slope=slope,
        seq=newest.seq,
        at=newest.at,
        readings=tuple(readings),
    )


def trend_of(slope: float) -> Trend:
    """Steady within 0.1 a message."""
    if abs(slope) < STEADY:
        return Trend.STEADY
    return Trend.RISING if slope > 0 else Trend.FALLING


def _mean(scores: Sequence[float]) -> float:
    weights: list[float] = [
        math.exp2(-(len(scores) - 1 - place) / HALF_LIFE) * (LEAST_WEIGHT + (1 - LEAST_WEIGHT) * abs(score))
        for place, score in enumerate(scores)
    ]
    total = sum(weight * score for weight, score in zip(weights, scores, strict=True))
    return round(max(-1.0, min(1.0, total / sum(weights))), 3)


def _slope(scores: Sequence[float]) -> float:
    """The slope of the line of least squares through the scores, a message."""
    middle = (len(scores) - 1) / 2
    mean = sum(scores) / len(scores)
    above = sum((place - middle) * (score - mean) for place, score in enumerate(scores))
    return round(above / sum((place - middle) ** 2 for place in range(len(scores))), 3)
