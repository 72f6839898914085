"""How well a head does on rows that it has not seen: by language, by kind, as a confusion matrix, calibrated."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np

from fitting import Floats
from rows import LABELS, LANGUAGES, Row
from valvomo.domain.sentiment.judging import Judged, judge
from valvomo.domain.sentiment.levels import SURE_FROM, level_of
from valvomo.insight.head import probabilities


def report(found: list[Row], logits: Floats, temperature: float) -> str:
    """Tables in Markdown."""
    chances = probabilities(logits, temperature)
    guessed = [LABELS[int(one)] for one in chances.argmax(axis=1)]
    sure = chances.max(axis=1) >= SURE_FROM
    pairs = list(zip([one.label for one in found], guessed, strict=True))
    parts = [
        _table("language", pairs, sure, [(name, [one.language == name for one in found]) for name in LANGUAGES]
               + [("all", [True] * len(found))]),
        _table("kind", pairs, sure, [
            (f"{label}: {kind.replace('_', ' ')}", [(one.label, one.kind) == (label, kind) for one in found])
            for label, kind in dict.fromkeys((one.label, one.kind) for one in found)
        ]),
        _matrix(judge(pairs)),
        _calibration(pairs, chances, sure),
        _levels(found, chances),
    ]  # fmt: skip
    return "\n\n".join(parts)


def interval(right: int, rows: int, z: float = 1.96) -> tuple[float, float]:
    """The score interval of a share (Wilson 1927), of 95 % as it is: rows counted as if independent."""
    share = right / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return middle - half, middle + half


def _table(what: str, pairs: list[tuple[str, str]], sure: Floats, lines: list[tuple[str, list[bool]]]) -> str:
    head = (
        f"| {what} | rows | right | accuracy (95%) | macro F1 | opposite errors | unsure |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    told = []
    for name, taken in lines:
        judged = judge(list(_taken(pairs, taken)))
        right = round(judged.accuracy * judged.rows)
        low, high = interval(right, judged.rows)
        unsure = 1 - sure[np.array(taken)].mean()
        told.append(
            f"| {name} | {judged.rows} | {right} | {judged.accuracy:.0%} ({100 * low:.0f}-{100 * high:.0f}) "
            f"| {judged.macro_f1:.2f} | {judged.opposite} | {unsure:.0%} |"
        )
    return head + "\n".join(told)


def _taken(pairs: list[tuple[str, str]], taken: list[bool]) -> Iterable[tuple[str, str]]:
    return (pair for pair, one in zip(pairs, taken, strict=True) if one)


def _matrix(judged: Judged) -> str:
    head = "| written as | " + " | ".join(f"read as {one}" for one in LABELS) + " |\n|---|---|---|---|\n"
    return head + "\n".join(
        f"| {one} | " + " | ".join(str(judged.matrix[one][other]) for other in LABELS) + " |"
        for one in LABELS
    )


def _calibration(pairs: list[tuple[str, str]], chances: Floats, sure: Floats) -> str:
    right = np.array([one == other for one, other in pairs])
    most = chances.max(axis=1)
    error = 0.0
    for low in np.arange(0.3, 1.0, 0.1):
        inside = (most >= low) & (most < low + 0.1 + 1e-9)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - most[inside].mean())
    told = f"Sure (from {SURE_FROM}) of {sure.mean():.0%} of the rows, right in {right[sure].mean():.0%} of them."
    return f"Calibration error {error:.3f}. {told}"


def _levels(found: list[Row], chances: Floats) -> str:
    """Which levels mild and strong words get, where the head is sure."""
    told = []
    for label, kind in (
        ("negative", "strong"),
        ("negative", "mild"),
        ("positive", "mild"),
        ("positive", "strong"),
    ):
        read = [
            level_of(float(one[2] - one[0])).value
            for row, one in zip(found, chances, strict=True)
            if (row.label, row.kind) == (label, kind) and one.max() >= SURE_FROM
        ]
        if read:
            counts = ", ".join(f"{read.count(one)} {one}" for one in dict.fromkeys(sorted(read)))
            told.append(f"{kind} {label}: {counts}")
    return "Levels of what it is sure of. " + "; ".join(told) + "." if told else ""
