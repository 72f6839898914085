"""What a customer feels, as it is shown to those who may know (spec 1 §8)."""

from __future__ import annotations

from datetime import datetime

import msgspec

from valvomo.domain.sentiment.levels import NONE, Level, at_or_below
from valvomo.domain.sentiment.mood import Mood, Reading, Trend


class SentimentPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One measured message: its number, score in [-1, 1], level (`none`: unsure), and when it was written."""

    seq: int
    score: float
    level: str
    at: datetime


class SentimentItem(msgspec.Struct, frozen=True, kw_only=True):
    """The mood: level (or `none`), score, trend, and the last six measured messages.

    `seq` and `at` are of the newest measured message; what was said after it is not in here yet.
    `hint`: it is as bad as that of which the queue tells its agents, or worse.
    """

    level: str
    score: float | None
    trend: Trend | None
    points: tuple[SentimentPoint, ...]
    seq: int
    at: datetime
    hint: bool = False


def sentiment_item(mood: Mood | None, hinted_from: Level | None = None) -> SentimentItem | None:
    """The mood as it is shown; None while nothing has been measured. At `hinted_from` or worse it is a hint."""
    if mood is None:
        return None
    return SentimentItem(
        level=level_name(mood.level),
        score=mood.score,
        trend=mood.trend,
        points=tuple(point(one) for one in mood.readings),
        seq=mood.seq,
        at=mood.at,
        hint=at_or_below(mood.level, hinted_from),
    )


def point(reading: Reading) -> SentimentPoint:
    """One message's reading as it is shown."""
    return SentimentPoint(
        seq=reading.seq, score=reading.score, level=level_name(reading.level), at=reading.at
    )


def level_name(level: Level | None) -> str:
    """The level, or `none`."""
    return NONE if level is None else level.value
