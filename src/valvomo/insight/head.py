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

    Floats = NDArray[np.floating[Any]]

FILE = "head.npz"
CLASSES = ("negative", "neutral", "positive")
"""In the order of the head's rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Three rows over an embedding, less `middle`, and the squares of its products with some directions.

    `weights` has a row for each class, with as many columns as the embedding has numbers and then one for each
    direction; without directions the head is linear. `temperature` divides what comes out; `model_sha256` is of the
    model that it was trained on.
    """

    weights: Floats
    bias: Floats
    middle: Floats
    directions: Floats
    temperature: float
    model_sha256: str

    def logits(self, embeddings: Floats) -> Floats:
        """A row of three for each embedding, not yet divided by the temperature."""
        centred = embeddings - self.middle
        size = centred.shape[1]
        first = centred @ self.weights[:, :size].T
        second = (centred @ self.directions.T) ** 2 @ self.weights[:, size:].T
        found: Floats = first + second + self.bias
        return found

    def feelings(self, embeddings: Floats) -> list[Feeling]:
        """One for each row. The score is the probability of positive less that of negative."""
        return [
            Feeling(score=round(float(one[2] - one[0]), 3), confidence=round(float(one.max()), 3))
            for one in probabilities(self.logits(embeddings), self.temperature)
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
            # A linear head needs no more than the first, the second and the last two.
            size = stored["weights"].shape[1]
            head = Head(
                weights=stored["weights"],
                bias=stored["bias"],
                middle=stored["middle"] if "middle" in stored else np.zeros(size, np.float32),
                directions=stored["directions"].astype(np.float32)
                if "directions" in stored
                else np.zeros((0, size), np.float32),
                temperature=float(stored["temperature"]),
                model_sha256=str(stored["model_sha256"]),
            )
    except (OSError, KeyError, ValueError) as error:
        raise UnavailableError(f"{place} is not a sentiment head: {error}") from error
    if head.weights.shape != (len(CLASSES), len(head.middle) + len(head.directions)):
        raise UnavailableError(f"{place} is not a sentiment head: its parts do not fit together")
    return head


def save(head: Head, path: Path) -> None:
    """Write it: about 40 KB, the directions in half precision."""
    import numpy as np  # noqa: PLC0415 - only who uses a head needs it

    np.savez_compressed(
        path,
        weights=head.weights.astype(np.float32),
        bias=head.bias.astype(np.float32),
        middle=head.middle.astype(np.float32),
        directions=head.directions.astype(np.float16),
        temperature=np.float32(head.temperature),
        model_sha256=np.array(head.model_sha256),
    )


def sha256_of(path: Path) -> str:
    """Of a file, read piece by piece."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
