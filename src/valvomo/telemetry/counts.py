"""Counting on hot paths: plain numbers on plain objects, which whoever is asked for metrics reads.

A count is an increment and a spread one search in a dozen numbers; names and labels are given where they are read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds, for what people wait for."""


class Spread:
    """How often a number was at most each of the bounds. `counts` has one more place, for what was above all."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float] = QUICK) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """One more."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def merge(self, other: Spread) -> None:
        """All of another one with the same bounds."""
        self.counts = [one + more for one, more in zip(self.counts, other.counts, strict=True)]
        self.total += other.total

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)
