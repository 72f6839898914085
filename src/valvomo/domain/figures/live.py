"""Live figures over the ongoing conversations of a queue: what is where right now (spec 1 §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.attention.parts import waiting_since
from valvomo.domain.conversations.model import Conversation, State


def in_queue(conversations: Iterable[Conversation]) -> int:
    """Number of conversations that wait for acceptance: `open` or offered, whose customer is not to be called later."""
    return sum(waiting_since(one) is not None for one in conversations)


def longest_wait_since(conversations: Iterable[Conversation]) -> datetime | None:
    """Earliest moment since which somebody waits for acceptance, `open` or offered; None when nobody waits."""
    return min((since for one in conversations if (since := waiting_since(one)) is not None), default=None)


def active(conversations: Iterable[Conversation]) -> int:
    """Number of conversations whose state is `active`, offered ones and a bot's included."""
    return sum(one.state is State.ACTIVE for one in conversations)


def waiting(conversations: Iterable[Conversation]) -> int:
    """Number of conversations whose state is `waiting`."""
    return sum(one.state is State.WAITING for one in conversations)


def wrap_up(conversations: Iterable[Conversation]) -> int:
    """Number of conversations whose state is `wrap_up`."""
    return sum(one.state is State.WRAP_UP for one in conversations)


def orphans(conversations: Iterable[Conversation]) -> int:
    """Number of `open` conversations that nobody in their queue will take; they count as in queue too."""
    return sum(one.state is State.OPEN and one.orphaned for one in conversations)


def agents_by_presence(agents: Iterable[Agent]) -> Mapping[str, int]:
    """Number of those on the presence board by the presence that is shown of them; every presence is named."""
    counts = {presence.value: 0 for presence in Presence}
    for agent in agents:
        if agent.listed:
            counts[agent.presence.value] += 1
    return counts
