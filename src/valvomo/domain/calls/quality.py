"""How well a way into a call does, in five steps that people understand."""

from __future__ import annotations

STEPS: tuple[tuple[float, float], ...] = ((0.01, 0.2), (0.03, 0.4), (0.08, 0.8), (0.2, 1.5))
"""The most loss (a share) and the most seconds to there and back for the grades 4, 3, 2 and 1."""


def grade(loss: float | None, round_trip: float | None) -> int | None:
    """From 4 (all of it arrives) to 0 (hardly anything does); None while nothing is known.

    A twelfth lost is heard as gaps, and from 0.4 s to there and back on people talk into each other (ITU-T G.114).
    """
    if loss is None and round_trip is None:
        return None
    lost, seconds = loss or 0.0, round_trip or 0.0
    return next(
        (4 - step for step, (most, longest) in enumerate(STEPS) if lost <= most and seconds <= longest), 0
    )
