"""Trains the head of the sentiment model and says how well it does: `make sentiment-head`.

Every utterance is embedded once (kept in .build), a linear head is fitted on the training rows with a strength chosen
by cross-validation within them, a temperature on rows of its own, and both are judged on rows that neither has seen.
"""

from __future__ import annotations

import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from fitting import Floats, fit, fit_temperature, loss
from rows import LABELS, LANGUAGES, Row, rows
from telling import report
from valvomo.insight.e5 import Embedder
from valvomo.insight.head import FILE, Head, save, sha256_of

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".build" / "sentiment-embeddings.npz"
HEAD = ROOT / "src" / "valvomo" / "insight" / FILE
STRENGTHS = (3e-3, 1e-3, 3e-4, 1e-4, 3e-5)
FOLDS = 5
CV_STEPS = 300


def main() -> None:
    """Train, write the head, print the figures as they stand in docs/sentiment.md."""
    found = rows()
    embedder = Embedder()
    x, y = embedded(found, embedder), np.array([LABELS.index(one.label) for one in found])
    use = np.array([one.use for one in found])
    train, develop, temperature = (use == name for name in ("train", "develop", "temperature"))
    strength = chosen(found, x, y, train)
    weights, bias = fit(x[train], y[train], strength)
    heat = fit_temperature(x[temperature] @ weights.T + bias, y[temperature])
    save(Head(weights=weights, bias=bias, temperature=heat, model_sha256=sha256_of(embedder.path)), HEAD)
    say(
        f"strength {strength:g}, temperature {heat:.3f}, trained on {train.sum()} rows in {len(LANGUAGES)} languages"
    )
    judged = [one for one, taken in zip(found, develop, strict=True) if taken]
    say(report(judged, x[develop] @ weights.T + bias, heat))


def chosen(found: list[Row], x: Floats, y: Floats, train: Floats) -> float:
    """The strength with the least loss in cross-validation; a fold has whole places, in all languages."""
    fold = np.array([zlib.crc32(f"{one.kind} {one.place}".encode()) % FOLDS for one in found])
    # What was written first is in no fold that is judged: it is easier than the rest.
    fold[[one.kind == "first" for one in found]] = FOLDS
    means = []
    for strength in STRENGTHS:
        losses = []
        for number in range(FOLDS):
            others, judged = train & (fold != number), train & (fold == number)
            weights, bias = fit(x[others], y[others], strength, CV_STEPS)
            logits = x[judged] @ weights.T + bias
            losses.append(loss(logits, y[judged], fit_temperature(logits, y[judged])))
        means.append(float(np.mean(losses)))
        say(f"strength {strength:g}: loss {means[-1]:.3f}")
    return STRENGTHS[int(np.argmin(means))]


def embedded(found: list[Row], embedder: Embedder) -> Any:
    """One vector for each row; what was embedded before is not embedded again."""
    known: dict[str, Any] = {}
    if KEPT.exists():
        with np.load(KEPT) as stored:
            known = dict(zip(stored["texts"].tolist(), stored["vectors"], strict=True))
    for number, one in enumerate(found):
        if one.text not in known:
            known[one.text] = embedder.embed([one.text])[0]
            if sys.stderr.isatty():
                print(f"\rembedding {number + 1}/{len(found)}", end="", file=sys.stderr)
    KEPT.parent.mkdir(exist_ok=True)
    np.savez(KEPT, texts=np.array(list(known)), vectors=np.stack(list(known.values())))
    return np.stack([known[one.text] for one in found])


def say(text: str) -> None:
    """On standard output, at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
