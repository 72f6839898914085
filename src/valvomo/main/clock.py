"""The time of the house: this machine's clock, corrected by the database's.

What one process writes down another one compares: when an offer ends, when a session does, since when somebody has
been away. Machines whose clocks differ would end each other's offers too soon. So each process asks the one clock that
all of them have in common, again and again, and adds to its own what that is ahead.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import structlog

TOLD = timedelta(seconds=1)
"""A correction by so much is worth an operator's attention."""

log = structlog.get_logger(__name__)


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


class HouseClock:
    """One for a process. `local` is the machine's; `ahead` is what is added to it."""

    def __init__(self, local: Callable[[], datetime]) -> None:
        self._local = local
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        """Now."""
        return self._local() + self.ahead

    async def hear(self, question: Awaitable[datetime]) -> None:
        """Ask the database what time it is.

        The answer was true at some moment between the question and the answer. What is added changes only when that
        contradicts it, so a slow answer does no harm and clocks that agree are left alone.
        """
        before = self._local()
        there = await question
        least, most = there - self._local(), there - before
        if least <= self.ahead <= most:
            return
        corrected = least + (most - least) / 2
        if abs(corrected - self.ahead) >= TOLD:
            log.warning("clock.corrected", seconds=round(corrected.total_seconds(), 3))
        self.ahead = corrected
