"""What a bus is: three methods, and a promise that nobody relies on it.

It carries doorbells ("there may be something new") and things that may be lost (somebody is typing). Losing all of it
costs latency and nothing else, because every reader holds a position and looks by itself once a second. So nothing
is ever repeated, kept, or waited for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Listener = Callable[[str], None]
"""Called with what was published, by others or by this process; with nothing when something may have been missed.

It must not block; what it raises is a bug.
"""


@dataclass(slots=True)
class Traffic:
    """Counts since the start. `dropped` was never sent, `missed` came faster than it could be heard."""

    sent: int = 0
    heard: int = 0
    dropped: int = 0
    missed: int = 0
    connected: int = 0
    """1 while the way to the others is open."""

    losses: int = 0
    """How often the way was lost, or could not be opened."""


class Bus(Protocol):
    """One for a process."""

    traffic: Traffic

    def publish(self, channel: str, payload: str) -> None:
        """Tell whoever listens, soon. Never waits and never fails; it may be lost. `payload` is short and no secret."""
        ...

    def subscribe(self, channel: str, listener: Listener) -> None:
        """Call this with whatever is published, from now on; before `run`."""
        ...

    async def run(self) -> None:
        """Carry until cancelled; a lost way is opened again."""
        ...
