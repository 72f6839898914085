"""A part of the attention score: a line over time with a name and the fact behind it, and sums of such lines.

Before `since` a part is 0, after it `min(cap, base + per_minute x minutes since)`, so that a screen can draw the
running score with nothing but a clock. No part ever falls by itself, which makes the moment in which a score reaches a
threshold something that can be worked out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

MOST = 100
"""The score is cut here: more than everything there is to look at cannot be looked at."""
WHOLE = 100
"""Percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One reason. `since` None: it has its `base` always. `cap` None: it grows without end.

    The fact behind it: `began` is since when it is so, `count` how often or how many, `limit` the seconds or units that
    are exceeded, `by` who, `level` and `trend` those of a mood, `side` whose it is (`customer`, `agent`, `both`).
    """

    name: str
    base: float
    per_minute: float = 0.0
    since: datetime | None = None
    cap: float | None = None
    began: datetime | None = None
    count: int | None = None
    limit: float | None = None
    by: str | None = None
    level: str | None = None
    trend: str | None = None
    side: str | None = None


def value(part: Part, at: datetime) -> float:
    """`min(cap, base + per_minute x minutes since)`; 0 before `since`."""
    if part.since is None:
        grown = part.base
    elif at < part.since:
        return 0.0
    else:
        grown = part.base + part.per_minute * (at - part.since).total_seconds() / 60
    return grown if part.cap is None else min(part.cap, grown)


def score(parts: Iterable[Part], at: datetime) -> float:
    """The sum of the parts at a moment, at most `MOST`."""
    return min(float(MOST), sum(value(part, at) for part in parts))


def weighted(part: Part, percent: int) -> Part | None:
    """The part where it counts for so many percent; None where it does not count."""
    if percent == WHOLE:
        return part
    if percent <= 0:
        return None
    factor = percent / 100
    return replace(
        part,
        base=part.base * factor,
        per_minute=part.per_minute * factor,
        cap=None if part.cap is None else part.cap * factor,
    )


def reaches(parts: Iterable[Part], threshold: float, at: datetime) -> datetime | None:
    """The first moment from `at` on at which the score is the threshold or more; None when it never will be.

    The sum only bends where a part begins or comes to its cap: between two bends it is a straight line.
    """
    kept = tuple(parts)
    if score(kept, at) >= threshold:
        return at
    if threshold > MOST:
        return None
    moments = sorted({at, *(bend for part in kept for bend in _bends(part) if bend > at)})
    for moment, following in zip(moments, [*moments[1:], None], strict=True):
        if (total := score(kept, moment)) >= threshold:
            return moment
        slope = sum(part.per_minute for part in kept if _grows(part, moment))
        if slope > 0:
            meets = moment + timedelta(minutes=(threshold - total) / slope)
            if following is None or meets < following:
                return meets
    return None


def _bends(part: Part) -> tuple[datetime, ...]:
    if part.since is None:
        return ()
    full = _full_at(part)
    return (part.since,) if full is None else (part.since, full)


def _full_at(part: Part) -> datetime | None:
    if part.since is None or part.cap is None or part.per_minute <= 0:
        return None
    # A microsecond later, since times are rounded to them: at this moment it must have come there.
    grows = timedelta(minutes=max(0.0, part.cap - part.base) / part.per_minute)
    return part.since + grows + timedelta(microseconds=1)


def _grows(part: Part, at: datetime) -> bool:
    if part.since is None or at < part.since or part.per_minute <= 0:
        return False
    full = _full_at(part)
    return full is None or at < full
