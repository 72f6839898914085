"""The clock of simulated people: it runs `speed` times as fast as ours, and faster still in the first seconds."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import dataclass, field

WARM_UP_SECONDS = 8.0
HURRY = 8.0
"""In the first `WARM_UP_SECONDS` everything happens so many times as fast, so that the floor is soon alive."""

LETTERS_PER_SECOND = 22.0
LONGEST_TYPING = 6.0


def _set() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass(slots=True, kw_only=True)
class Pace:
    """Seconds of theirs are `speed` to one of ours, after the warm-up."""

    speed: float = 1.0
    hurry: float = HURRY
    warm_up: float = WARM_UP_SECONDS
    _began: float = field(default_factory=time.monotonic)
    _going: asyncio.Event = field(default_factory=_set)

    def begin(self) -> None:
        """Now is the beginning: everybody is there."""
        self._began = time.monotonic()

    def now(self) -> float:
        """Their time: seconds since they began."""
        passed = time.monotonic() - self._began
        return self.speed * (min(passed, self.warm_up) * self.hurry + max(0.0, passed - self.warm_up))

    def ours(self, seconds: float) -> float:
        """How long theirs lasts in our seconds, from now."""
        passed = time.monotonic() - self._began
        quick = max(0.0, self.warm_up - passed) * self.hurry * self.speed
        if seconds <= quick:
            return seconds / (self.hurry * self.speed)
        return max(0.0, self.warm_up - passed) + (seconds - quick) / self.speed

    async def sleep(self, seconds: float) -> None:
        """For so long on their clock, and until they may go on."""
        await asyncio.sleep(self.ours(seconds))
        await self._going.wait()

    def hold(self) -> None:
        """Nobody begins anything more, until `go_on`."""
        self._going.clear()

    def go_on(self) -> None:
        """Life goes on."""
        self._going.set()


def typing_seconds(text: str, dice: random.Random) -> float:
    """How long it takes somebody to write this."""
    return min(LONGEST_TYPING, len(text) / LETTERS_PER_SECOND) * dice.uniform(0.7, 1.3)
