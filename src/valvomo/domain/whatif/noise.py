"""How much of a figure is chance: confidence intervals from replications, and whether a difference is beyond them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

CONFIDENCE = 0.95
_T = (
    12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.3060, 2.2622, 2.2281, 2.2010, 2.1788, 2.1604, 2.1448,
    2.1314, 2.1199, 2.1098, 2.1009, 2.0930, 2.0860, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484,
    2.0452, 2.0423,
)  # fmt: skip
"""Student's t at 97.5 % for 1 to 30 degrees of freedom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over replications and `half` of its 95 % confidence interval, which one replication does not have."""

    mean: float
    half: float | None

    def holds(self, value: float) -> bool:
        """Whether the interval contains the value."""
        return self.half is not None and abs(self.mean - value) <= self.half


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Changed less today, replication by replication: both had the same visitors, so that their chance cancels out.

    `beyond_noise` is whether the interval leaves out 0; None where one replication cannot tell.
    """

    mean: float
    half: float | None
    beyond_noise: bool | None


def estimate(values: Sequence[float]) -> Estimate | None:
    """The mean of independent replications, give or take `t s / sqrt(n)`; None of nothing."""
    if not values:
        return None
    if len(values) == 1:
        return Estimate(mean=values[0], half=None)
    half = student(len(values) - 1) * stdev(values) / math.sqrt(len(values))
    return Estimate(mean=fmean(values), half=half)


def difference(today: Sequence[float | None], changed: Sequence[float | None]) -> Difference | None:
    """Of the replications in which both have a value."""
    pairs = [
        (one, other)
        for one, other in zip(today, changed, strict=True)
        if one is not None and other is not None
    ]
    found = estimate([other - one for one, other in pairs])
    if found is None:
        return None
    beyond = None if found.half is None else abs(found.mean) > found.half
    return Difference(mean=found.mean, half=found.half, beyond_noise=beyond)


def student(freedom: int) -> float:
    """The 97.5 % quantile of Student's t; beyond the table by Cornish and Fisher, to three digits there."""
    if freedom <= len(_T):
        return _T[freedom - 1]
    z = NormalDist().inv_cdf(1 - (1 - CONFIDENCE) / 2)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
