"""How well a head does on rows that it has not seen: by language, by kind, as a confusion matrix, calibrated."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from fitting import Floats
from rows import LABELS, LANGUAGES, Row
from valvomo.domain.sentiment.judging import Judged, judge
from valvomo.domain.sentiment.levels import SURE_FROM
from valvomo.insight.head import probabilities


def report(found: list[Row], logits: Floats, temperature: float) -> str:
    """Tables in Markdown."""
    chances = probabilities(logits, temperature)
    guessed = [LABELS[int(one)] for one in chances.argmax(axis=1)]
    sure = chances.max(axis=1) >= SURE_FROM
    pairs = list(zip([one.label for one in found], guessed, strict=True))
    parts = [
        _table("language", [(name, _of(pairs, (one.language == name for one in found))) for name in LANGUAGES]
               + [("all", judge(pairs))]),
        _table("kind", [
            (f"{label}: {kind.replace('_', ' ')}",
             _of(pairs, ((one.label, one.kind) == (label, kind) for one in found)))
            for label, kind in dict.fromkeys((one.label, one.kind) for one in found)
        ]),
        _matrix(judge(pairs)),
        _calibration(pairs, chances, sure),
    ]  # fmt: skip
    return "\n\n".join(parts)


def _of(pairs: list[tuple[str, str]], taken: Iterable[bool]) -> Judged:
    return judge([pair for pair, one in zip(pairs, taken, strict=True) if one])


def _table(what: str, lines: list[tuple[str, Judged]]) -> str:
    head = f"| {what} | rows | accuracy | macro F1 | opposite errors |\n|---|---|---|---|---|\n"
    return head + "\n".join(
        f"| {name} | {one.rows} | {one.accuracy:.0%} | {one.macro_f1:.2f} | {one.opposite} |"
        for name, one in lines
    )


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
    kept, good = sure.mean(), right[sure].mean()
    told = f"Sure (from {SURE_FROM}) of {kept:.0%} of the rows, right in {good:.0%} of them."
    return f"Calibration error {error:.3f}. {told}"
