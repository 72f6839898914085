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


def usual_handle(seconds: Collection[float]) -> float | None:
    """p90 by nearest rank, in seconds, rounded up to half minutes; None while there is too little history."""
    if len(seconds) < LEAST:
        return None
    rank = math.ceil(0.9 * len(seconds))
    return max(STEP, STEP * math.ceil(sorted(seconds)[rank - 1] / STEP))


def noteworthy(before: float | None, now: float | None) -> bool:
    """Whether the figure has changed so much that it is noted anew; it is never forgotten again."""
    if now is None:
        return False
    return before is None or abs(now - before) > MATTERS * before
