"""What a simulation counts: events, latencies, broken promises. Everything is bounded."""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

MOST_SAMPLES = 5000
MOST_SENTENCES = 50


def _samples() -> deque[float]:
    return deque(maxlen=MOST_SAMPLES)


@dataclass(slots=True)
class Tally:
    """Counts by name, and the latest latencies in milliseconds."""

    counts: Counter[str] = field(default_factory=Counter)
    acknowledged: deque[float] = field(default_factory=_samples)
    """Message sent → durably stored and answered."""
    seen: deque[float] = field(default_factory=_samples)
    """Message sent → read by its author on the live stream."""
    broken: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_SENTENCES))
    troubles: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)

    def count(self, name: str) -> None:
        """One more."""
        self.counts[name] += 1

    def promise_broken(self, sentence: str) -> None:
        """The server did not keep its word."""
        self.counts["promises broken"] += 1
        self.broken.append(sentence)

    def trouble(self, name: str) -> None:
        """Something was refused or failed; the first so many kinds are told apart."""
        self.troubles[name if name in self.troubles or len(self.troubles) < MOST_SENTENCES else "others"] += 1

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Around sending a message."""
        began = time.monotonic()
        yield
        self.acknowledged.append((time.monotonic() - began) * 1000)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self.began


def quantile(samples: deque[float], share: float) -> float | None:
    """The value that this share of the samples does not exceed; None without samples."""
    ordered = sorted(samples)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else None
