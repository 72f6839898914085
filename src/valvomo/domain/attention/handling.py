"""What handle time is usual in a queue: what nine of ten of its newest conversations took at most."""

from __future__ import annotations

import math
from collections.abc import Collection

LEAST = 20
"""Fewer conversations than this are no history."""
NEWEST = 200
DAYS = 28
"""Only the newest so many count, of the last so many days."""
STEP = 30.0
"""Seconds; the figure is rounded up to it."""
MATTERS = 0.1
"""Another figure is noted when it differs by this part, so that screens need not be told of every breath."""


def usual_handle(seconds: Collection[float], before: float | None = None) -> float | None:
    """p90 by nearest rank, in seconds, rounded up to half minutes; the one `before` where that still says it well.

    It does while p90 is at most a tenth above it, or below where it would have been rounded to it: what goes up
    at one moment must not come down with the next breath. None while there has never been enough history.
    """
    if len(seconds) < LEAST:
        return before
    p90 = sorted(seconds)[math.ceil(0.9 * len(seconds)) - 1]
    if before is not None and before - STEP - MATTERS * before <= p90 <= before + MATTERS * before:
        return before
    return max(STEP, STEP * math.ceil(p90 / STEP))
