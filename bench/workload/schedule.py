"""When who does what, drawn before the run from a seed: the same for every system and every round.

*Floor*: in each conversation customer and agent write in turn, with a pause between half and one and a half times
`pause`. *Churn*: the same, and every second a conversation comes and the oldest one goes; every agent steps away once
a minute, and back. *Ceiling* has no schedule: there each writes as soon as they have seen the other's words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

AGENT_CHATS = 5
"""Conversations that an agent serves at a time."""
AWAY_EVERY = 60.0
AWAY_FOR = 2.0
LAST_WORD = 2.0
"""Seconds before its end in which nobody writes in a conversation that ends, unless a run asks for more."""


@dataclass(frozen=True, slots=True)
class Speak:
    """The next message of a conversation: odd ones are the customer's, even ones the agent's."""

    at: float
    conversation: int


@dataclass(frozen=True, slots=True)
class Arrive:
    """A customer comes, an agent takes it on, and the customer's first message follows."""

    at: float
    conversation: int


@dataclass(frozen=True, slots=True)
class Close:
    """The conversation is over."""

    at: float
    conversation: int


@dataclass(frozen=True, slots=True)
class Step:
    """An agent steps away, or comes back."""

    at: float
    agent: int
    away: bool


Event = Speak | Arrive | Close | Step


def agents_for(conversations: int) -> int:
    """How many agents so many conversations need."""
    return -(-conversations // AGENT_CHATS)


def floor(conversations: range, seconds: float, pause: float, seed: int) -> list[Event]:
    """Everybody writes in turn."""
    dice = random.Random(f"floor {seed}")
    return _in_order(event for one in conversations for event in _turns(dice, one, (0.0, seconds), pause))


def churn(
    conversations: range, seconds: float, pause: float, seed: int, *, last_word: float = LAST_WORD
) -> list[Event]:
    """The floor, with people coming and going; what comes is numbered after what is there.

    In a conversation that ends nobody writes for `last_word` seconds before its end.
    """
    dice = random.Random(f"churn {seed}")
    coming = range(1, int(seconds))
    leaves = {conversations.start + number - 1: number + 0.5 for number in coming}
    comes = {conversations.stop + number - 1: float(number) for number in coming}
    events: list[Event] = []
    for one in (*conversations, *comes):
        begin, end = comes.get(one, 0.0), leaves.get(one, seconds + last_word) - last_word
        events += _turns(dice, one, (begin, end), pause)
    events += [Arrive(at, one) for one, at in comes.items()]
    events += [Close(at, one) for one, at in leaves.items()]
    return _in_order([*events, *_steps(agents_for(len(conversations)), seconds)])


def _turns(dice: random.Random, one: int, within: tuple[float, float], pause: float) -> Iterator[Event]:
    at = within[0] + dice.uniform(0.0, pause)
    while at < within[1]:
        yield Speak(at, one)
        at += dice.uniform(0.5, 1.5) * pause


def _steps(agents: int, seconds: float) -> Iterator[Event]:
    """One agent after the other, so that there are always enough."""
    for agent in range(agents):
        at = AWAY_EVERY * (agent + 0.5) / agents
        while at + AWAY_FOR < seconds:
            yield Step(at, agent, away=True)
            yield Step(at + AWAY_FOR, agent, away=False)
            at += AWAY_EVERY


def _in_order(events: Iterator[Event] | list[Event]) -> list[Event]:
    return sorted(events, key=lambda event: event.at)
