"""What waits to be measured, and in which order: nobody waits long, and what cannot be done in time is left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

MOST_BEHIND = 1.0
"""Seconds: once the oldest message waits for longer, only the newest of each conversation is measured."""

MOST_CONVERSATIONS = 50_000
"""With more than this waiting, those that came first are forgotten."""

Key = tuple[str, str]
"""Organization, conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What to measure of a conversation: these of its messages, in order."""

    key: Key
    seqs: tuple[int, ...]


@dataclass(slots=True)
class _Waiting:
    since: float
    not_before: float
    seqs: list[int] = field(default_factory=list)


class Backlog:
    """Conversations with messages that wait. Times are seconds of one clock, given from outside.

    A conversation keeps its place in the line when another message comes, so that none is overtaken for ever.
    """

    def __init__(self) -> None:
        self._line: dict[Key, _Waiting] = {}
        self.skipped = 0

    def __len__(self) -> int:
        """So many conversations wait."""
        return len(self._line)

    def add(self, key: Key, seq: int, at: float) -> None:
        """A message was written at this moment."""
        waiting = self._line.get(key)
        if waiting is None:
            waiting = self._line[key] = _Waiting(since=at, not_before=at)
        if seq not in waiting.seqs:
            waiting.seqs.append(seq)
            waiting.seqs.sort()
        while len(self._line) > MOST_CONVERSATIONS:
            self.skipped += len(self._line.pop(next(iter(self._line))).seqs)

    def take(self, most: int, now: float) -> list[Turn]:
        """At most so many messages, those first that wait longest; when behind, the newest of each conversation."""
        behind = self.lag(now) > MOST_BEHIND
        turns: list[Turn] = []
        for key, waiting in list(self._line.items()):
            if most <= 0:
                break
            if waiting.not_before > now:
                continue
            seqs = waiting.seqs[-1:] if behind else waiting.seqs[:most]
            self.skipped += len(waiting.seqs) - 1 if behind else 0
            most -= len(seqs)
            turns.append(Turn(key=key, seqs=tuple(seqs)))
            left = [] if behind else waiting.seqs[len(seqs) :]
            if left:
                waiting.seqs = left
            else:
                del self._line[key]
        return turns

    def put_back(self, turn: Turn, at: float, not_before: float) -> None:
        """It could not be done now: somebody else is at it, or the model did not answer. It came at `at`."""
        for seq in turn.seqs:
            self.add(turn.key, seq, at)
        self._line[turn.key].not_before = not_before

    def lag(self, now: float) -> float:
        """How long the oldest message has been waiting; 0 when none does."""
        return max((now - one.since for one in self._line.values()), default=0.0)

    def waiting(self, now: float) -> dict[str, tuple[int, float]]:
        """Of each organization of which any wait, how many conversations do, and the oldest for how long."""
        found: dict[str, tuple[int, float]] = {}
        for (house, _), one in self._line.items():
            count, longest = found.get(house, (0, 0.0))
            found[house] = count + 1, max(longest, now - one.since)
        return found

    def next_due(self, now: float) -> float | None:
        """In how many seconds something can be taken again; None when nothing waits."""
        return min((max(0.0, one.not_before - now) for one in self._line.values()), default=None)


def places(organizations: Mapping[str, int], read: Mapping[str, int]) -> list[str]:
    """Organizations whose journal has gone on since it was read."""
    return [one for one, head in organizations.items() if read.get(one, -1) < head]
