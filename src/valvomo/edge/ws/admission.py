"""Admission: so many newcomers at a time, in the order in which they came; those who are inside go before them.

After a break thousands of sockets come back within a second. Let in all at once, every one of them would wait for all
the others, the database would be asked by all of them together, and who was never cut off would wait behind them.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

AT_A_TIME = 16
"""Newcomers who are being asked who they are, or shown their first topic."""


class Admission:
    """One for each kind of people in a process, used as a context. `waiting` have not had their turn yet."""

    def __init__(self, at_a_time: int = AT_A_TIME) -> None:
        self._turns = asyncio.Semaphore(at_a_time)
        self.waiting = 0

    @property
    def crowded(self) -> bool:
        """Whether somebody has to wait."""
        return self.waiting > 0

    async def __aenter__(self) -> None:
        """Wait for one's turn."""
        self.waiting += 1
        try:
            await self._turns.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(self, *_: object) -> None:
        """The next one."""
        self._turns.release()


@dataclass(frozen=True, slots=True)
class Admissions:
    """Those of one process: customers never keep the house waiting."""

    staff: Admission = field(default_factory=Admission)
    customers: Admission = field(default_factory=Admission)

    @property
    def crowded(self) -> bool:
        """Whether anybody has to wait."""
        return self.staff.crowded or self.customers.crowded
