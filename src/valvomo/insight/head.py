"""The head: from an embedding to what a message feels like. A small file of our own, made by `make sentiment-head`."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from valvomo.insight.port import Feeling, UnavailableError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

FILE = "head.npz"
CLASSES = ("negative", "neutral", "positive")
"""In the order of the head's rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A linear layer of three rows over embeddings, a temperature, and the sha256 of the model it was trained on."""

    weights: Floats
    bias: Floats
    temperature: float
    model_sha256: str

    def feelings(self, embeddings: Floats) -> list[Feeling]:
        """One for each row. The score is the probability of positive less that of negative."""
        return [
            Feeling(score=round(float(one[2] - one[0]), 3), confidence=round(float(one.max()), 3))
            for one in probabilities(embeddings @ self.weights.T + self.bias, self.temperature)
        ]


def probabilities(logits: Any, temperature: float) -> Any:
    """Of the three classes, row by row."""
    import numpy as np  # noqa: PLC0415 - only who uses a head needs it

    scaled = logits / temperature
    scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    return scaled / scaled.sum(axis=1, keepdims=True)


def load(path: Path | None = None) -> Head:
    """The shipped head, or the one in a file.

    Raises:
        UnavailableError: there is no such file, or it is not a head.
    """
    import numpy as np  # noqa: PLC0415 - only who uses a head needs it

    place = path or Path(str(resources.files("valvomo.insight").joinpath(FILE)))
    try:
        with np.load(place, allow_pickle=False) as stored:
            return Head(
                weights=stored["weights"],
                bias=stored["bias"],
                temperature=float(stored["temperature"]),
                model_sha256=str(stored["model_sha256"]),
            )
    except (OSError, KeyError, ValueError) as error:
        raise UnavailableError(f"{place} is not a sentiment head: {error}") from error


def save(head: Head, path: Path) -> None:
    """Write it: 5 KB."""
    import numpy as np  # noqa: PLC0415 - only who uses a head needs it

    np.savez_compressed(
        path,
        weights=head.weights.astype(np.float32),
        bias=head.bias.astype(np.float32),
        temperature=np.float32(head.temperature),
        model_sha256=np.array(head.model_sha256),
    )


def sha256_of(path: Path) -> str:
    """Of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
