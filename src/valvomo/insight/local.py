"""A model in a folder of this machine, where the operator has put it.

A folder with a `head.npz` holds a head of our own form, and the 4-bit model beside it (`model.bin`) if it was not
trained on the shipped one. Any other is taken for a text classifier of `transformers`, which is no dependency of ours:
it is used if it is installed, and never asks a network for anything.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from valvomo.insight import head as heads
from valvomo.insight.e5 import E5Sentiment, Embedder
from valvomo.insight.port import Feeling, SentimentModel, UnavailableError, Utterance
from valvomo.insight.shortening import clean

MODEL = "model.bin"
MOST_TOKENS = 128
_WORDS: Mapping[str, float] = {
    "very negative": -1.0, "negative": -1.0, "neg": -1.0, "neutral": 0.0, "neu": 0.0, "positive": 1.0, "pos": 1.0,
    "very positive": 1.0, "1 star": -1.0, "2 stars": -0.5, "3 stars": 0.0, "4 stars": 0.5, "5 stars": 1.0,
}  # fmt: skip
"""What classifiers call their labels, and the score of each."""


def local(path: Path) -> SentimentModel:
    """The model in this folder.

    Raises:
        UnavailableError: there is none, or what it needs is not installed.
    """
    if not path.is_dir():
        raise UnavailableError(f"{path} is not a folder")
    if (path / heads.FILE).exists():
        own = path / MODEL
        return E5Sentiment(
            Embedder(own if own.exists() else None), heads.load(path / heads.FILE), f"local {path.name}"
        )
    return ClassifierSentiment(path)


class ClassifierSentiment:
    """A text classifier in the layout of `transformers`, by its pipeline of that name."""

    def __init__(self, path: Path) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        os.environ["TRANSFORMERS_OFFLINE"] = "1"
        try:
            import transformers  # noqa: PLC0415 - not a dependency of ours
        except ImportError as error:
            raise UnavailableError(f"{path} needs `transformers`, which is not installed: {error}") from error
        try:
            self._pipeline: Any = transformers.pipeline(
                "text-classification", model=str(path), tokenizer=str(path), top_k=None
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise UnavailableError(f"{path} cannot be loaded: {error}") from error
        self._name = f"local {path.name}"

    @property
    def name(self) -> str:
        """`local` and the folder's name."""
        return self._name

    def feel(self, utterances: Sequence[Utterance]) -> list[Feeling | None]:
        """The expected score over its labels; the confidence is that of the label it finds most likely."""
        texts = [clean(one.text) for one in utterances]
        found = self._pipeline(texts, truncation=True, max_length=MOST_TOKENS) if texts else []
        return [_feeling(one) for one in found]


def _feeling(labels: Sequence[Mapping[str, Any]]) -> Feeling:
    chances = {str(one["label"]).lower().replace("_", " "): float(one["score"]) for one in labels}
    if unknown := chances.keys() - _WORDS.keys():
        raise UnavailableError(f"labels that mean nothing here: {', '.join(sorted(unknown))}")
    score = sum(_WORDS[label] * chance for label, chance in chances.items())
    return Feeling(score=round(max(-1.0, min(1.0, score)), 3), confidence=round(max(chances.values()), 3))
