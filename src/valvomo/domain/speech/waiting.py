"""What waits to be written down, and in which order: what was said just now comes first when there is too much."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

One = TypeVar("One")
BEHIND_SECONDS = 3.0
"""Once the oldest waits for longer, the newest is taken first: whoever watches reads what is said, and not what was."""
MOST_BYTES = 64 << 20
"""Half an hour of speech; beyond it the oldest is given up."""


@dataclass(frozen=True, slots=True)
class _Waits(Generic[One]):
    what: One
    size: int
    since: float


@dataclass(slots=True)
class Waiting(Generic[One]):
    """Of one process. Times are seconds of one clock, given from outside. `dropped` were given up."""

    most: int = MOST_BYTES
    dropped: int = 0
    _line: list[_Waits[One]] = field(default_factory=list)
    _bytes: int = 0

    def __len__(self) -> int:
        """So many wait."""
        return len(self._line)

    def __iter__(self) -> Iterator[One]:
        """All that wait, the oldest first."""
        return (one.what for one in self._line)

    def add(self, what: One, size: int, since: float) -> list[One]:
        """It waits since a moment; what is given up for it, which may be it itself."""
        place = next((n for n, one in enumerate(self._line) if one.since > since), len(self._line))
        self._line.insert(place, _Waits(what, size, since))
        self._bytes += size
        gone: list[One] = []
        while self._bytes > self.most:
            first = self._line.pop(0)
            self._bytes -= first.size
            self.dropped += 1
            gone.append(first.what)
        return gone

    def take(self, now: float) -> One | None:
        """The one whose turn it is; None where nothing waits."""
        if not self._line:
            return None
        found = self._line.pop(-1 if self.lag(now) > BEHIND_SECONDS else 0)
        self._bytes -= found.size
        return found.what

    def lag(self, now: float) -> float:
        """For how long the oldest has been waiting; 0 when nothing does."""
        return max(0.0, now - self._line[0].since) if self._line else 0.0
