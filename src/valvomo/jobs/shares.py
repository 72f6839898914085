"""Shares: how much is under way at a time, and how much of that may be one receiver's or one organization's.

Who answers slowly, or not at all, holds what is theirs for as long as anybody is waited for. What they cannot hold is
what is left for everybody else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

Whose = tuple[str, str]
"""An organization, and the id of a webhook or a bot in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Of `slots` in one process, `each` for one receiver at most, and `house` for one organization."""

    slots: int
    each: int
    house: int


class UnderWay:
    """What this process has under way. `changed` is called when something has come to its end."""

    def __init__(self, shares: Shares, changed: Callable[[], None]) -> None:
        self.shares = shares
        self._changed = changed
        self._of = Counter[Whose]()

    def __len__(self) -> int:
        return self._of.total()

    @property
    def free(self) -> int:
        """For how many more there is room."""
        return self.shares.slots - len(self)

    @property
    def counted(self) -> tuple[list[str], list[str], list[int]]:
        """Organizations, receivers in them, and how much each of these has: side by side, as a statement takes them."""
        found = list(self._of.items())
        return [house for (house, _), _ in found], [one for (_, one), _ in found], [many for _, many in found]

    def begin(self, whose: Whose) -> None:
        """One more of theirs."""
        self._of[whose] += 1

    def end(self, whose: Whose) -> None:
        """One less."""
        self._of[whose] -= 1
        self._of += Counter()
        self._changed()
