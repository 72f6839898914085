"""When an endpoint is left alone: several failures in a row, or answers that keep others waiting."""

from __future__ import annotations

from collections.abc import Callable

from valvomo.insight.port import UnavailableError

FAILURES = 3
RESTS_SECONDS = 30.0


class Breaker:
    """Of one endpoint, called `name`. An answer that takes longer than `slow` seconds counts as a failure."""

    def __init__(self, name: str, slow: float, clock: Callable[[], float]) -> None:
        self._name = name
        self._slow = slow
        self._clock = clock
        self._failures = 0
        self._resting_until = 0.0

    def begin(self) -> float:
        """It is to be asked: the moment. Raises `UnavailableError` while it is left alone."""
        now = self._clock()
        if now < self._resting_until:
            raise UnavailableError(f"{self._name}: resting after {FAILURES} failures in a row")
        return now

    def answered(self, began: float) -> None:
        """What was asked then has been answered; too slowly, if it was."""
        if self._clock() - began > self._slow:
            self.failed()
        else:
            self._failures = 0

    def failed(self) -> None:
        """It was not answered, or not with what was asked for."""
        self._failures += 1
        if self._failures >= FAILURES:
            self._failures = 0
            self._resting_until = self._clock() + RESTS_SECONDS
