"""Judging a back end: what it says of rows whose label is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from valvomo.domain.sentiment.levels import RANK, Level, level_of

LABELS = ("negative", "neutral", "positive")
"""What people label with; a level counts as the one that it is on the side of."""

UNSURE = "unsure"
"""What was not read, or not surely enough."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """How a back end did. `matrix` counts by label and by what was read, `unsure` included.

    `accuracy` and `macro_f1` (the mean of each label's F1) take what is unsure for wrong; `opposite` counts positives
    read as negative and the reverse.
    """

    rows: int
    accuracy: float
    macro_f1: float
    opposite: int
    unsure: int
    matrix: Mapping[str, Mapping[str, int]]


def label_of(score: float | None) -> str:
    """The label of a score: that of the level; `unsure` of none."""
    if score is None:
        return UNSURE
    rank = RANK[level_of(score)]
    middle = RANK[Level.NEUTRAL]
    return LABELS[(rank > middle) - (rank < middle) + 1]


def judge(pairs: Sequence[tuple[str, str]]) -> Judged:
    """Of pairs: the label, and what was read."""
    matrix = {label: dict.fromkeys((*LABELS, UNSURE), 0) for label in LABELS}
    for label, read in pairs:
        matrix[label][read] += 1
    right = sum(matrix[one][one] for one in LABELS)
    present = [one for one in LABELS if sum(matrix[one].values())]
    return Judged(
        rows=len(pairs),
        accuracy=right / len(pairs) if pairs else 0.0,
        macro_f1=sum(_f1(matrix, one) for one in present) / len(present) if present else 0.0,
        opposite=matrix["negative"]["positive"] + matrix["positive"]["negative"],
        unsure=sum(one[UNSURE] for one in matrix.values()),
        matrix=matrix,
    )


def _f1(matrix: Mapping[str, Mapping[str, int]], label: str) -> float:
    right = matrix[label][label]
    said, meant = sum(matrix[one][label] for one in LABELS), sum(matrix[label].values())
    return 2 * right / (said + meant) if said + meant else 0.0
