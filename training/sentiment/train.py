"""Trains the head of the sentiment model and says how well it does: `make sentiment-head`.

Every utterance is embedded once (kept in .build), a head is fitted on the training rows with a strength chosen by
cross-validation within them, a temperature on rows of its own, and both are judged on rows that neither has seen.
With the path of a head, nothing is trained: that head is judged on the same rows.
"""

from __future__ import annotations

import sys
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from fitting import Floats, fit, fit_temperature, loss
from rows import LABELS, Row, rows
from telling import report
from valvomo.insight.e5 import Embedder
from valvomo.insight.head import FILE, Head, load, save, sha256_of

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".build" / "sentiment-embeddings.npz"
HEAD = ROOT / "src" / "valvomo" / "insight" / FILE
STRENGTHS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4)
FOLDS = 5


def main() -> None:
    """Train, write the head, print the figures as they stand in docs/sentiment.md."""
    found = rows()
    embedder = Embedder()
    x, y = embedded(found, embedder), np.array([LABELS.index(one.label) for one in found])
    use = np.array([one.use for one in found])
    if len(sys.argv) > 1:
        head = load(Path(sys.argv[1]))
    else:
        head = trained(found, x, y, use)
        save(replace(head, model_sha256=sha256_of(embedder.path)), HEAD)
        # What is judged is what is shipped, half precision included.
        head = load(HEAD)
    for name, meant in (("said in six languages", False), ("of a meaning of its own", True)):
        taken = (use == "develop") & np.array([one.own == meant for one in found])
        say(f"\nHeld out, {name}:\n")
        say(
            report(
                [one for one, kept in zip(found, taken, strict=True) if kept],
                head.logits(x[taken]),
                head.temperature,
            )
        )


def trained(found: list[Row], x: Floats, y: Floats, use: Floats) -> Head:
    """Fitted on the rows for training and calibrated on those for the temperature."""
    train, warm = use == "train", use == "temperature"
    strength = chosen(found, x, y, train)
    head = fit(x[train], y[train], strength)
    head = replace(head, temperature=fit_temperature(head.logits(x[warm]), y[warm]))
    say(
        f"strength {strength:g}, temperature {head.temperature:.3f}, "
        f"trained on {train.sum()} rows, calibrated on {warm.sum()}"
    )
    return head


def chosen(found: list[Row], x: Floats, y: Floats, train: Floats) -> float:
    """The strength with the least loss in cross-validation; a fold has whole places, in all languages."""
    fold = np.array([zlib.crc32(f"{one.kind} {one.place}".encode()) % FOLDS for one in found])
    # What is trained on only is in no fold that is judged either: it is easier, or said in every language.
    fold[[one.taught for one in found]] = FOLDS
    means = []
    for strength in STRENGTHS:
        losses = []
        for number in range(FOLDS):
            others, judged = train & (fold != number), train & (fold == number)
            logits = fit(x[others], y[others], strength).logits(x[judged])
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
