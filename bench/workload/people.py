"""Whom the workload moves: the people of one system, behind its own client protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

Heard = Callable[[int, bool, str, float], None]
"""Conversation, whether on the customer's side, text, and when its bytes were there (`time.perf_counter`)."""
Shown = Callable[[int, str, float], None]
"""Number of a supervisor, the last words that their screen shows of a conversation, and when."""


@dataclass(frozen=True, slots=True)
class Ears:
    """Who is told what people see."""

    heard: Heard
    shown: Shown


class People(Protocol):
    """Customers, agents and supervisors. Conversations and agents are numbers; the workload names them."""

    watches: bool
    """Whether there is a dashboard: a screen on which a supervisor sees all conversations change."""

    async def gather(self, agents: int, supervisors: int) -> None:
        """Agents come, and supervisors as far as there is something for them to watch."""

    async def arrive(self, conversation: int) -> None:
        """A customer comes, and an agent has taken it on."""

    async def say(self, conversation: int, by_customer: bool, text: str) -> None:  # noqa: FBT001
        """Say something; returns when the system has answered, or at once where it does not answer."""

    async def close(self, conversation: int) -> None:
        """The end of it, for both sides."""

    async def step(self, agent: int, away: bool) -> None:  # noqa: FBT001
        """An agent steps away or comes back."""

    def watch(self, watching: bool) -> None:  # noqa: FBT001
        """Supervisors begin or stop to watch; only where there is a dashboard."""

    async def untrue(self) -> int:
        """How many rows of supervisors' screens are otherwise than what the system says when asked anew."""

    async def leave(self) -> None:
        """Everybody hangs up."""
