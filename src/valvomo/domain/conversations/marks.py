"""What people put on a conversation: asked for a supervisor, muted, pinned, to be transferred after the call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A supervisor was asked for: by the `customer`, in words that the house listens for, or by the `agent`.

    `since` is when it was first asked; `note` is the agent's own words and stays in the house. `customer` is what the
    customer asked where the agent's words stand before it: it is still asked when the agent needs nobody any more.
    """

    since: datetime
    by_role: str
    by_id: str
    by_name: str
    note: str | None = None
    customer: Asked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A supervisor has seen it: it draws no attention `until` a moment, or (None) until something changes.

    `mark` is what the conversation was like then; another mark means that something has changed.
    """

    by_id: str
    by_name: str
    at: datetime
    mark: str
    until: datetime | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """A supervisor wants it at the top of every supervisor's list."""

    by_id: str
    by_name: str
    at: datetime
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduledTransfer:
    """A transfer that waits for the call to end (spec 1 §3 e)."""

    agent_id: str
    agent_name: str
    by_id: str
    by_role: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """A message (its number) that did not reach the customer, since when, and why: a code of `DeliveryProblem`."""

    seq: int
    since: datetime
    problem: str


class LanguageSource(StrEnum):
    """How the conversation's language is known: supposed from where it began, detected from words, chosen by hand."""

    SUPPOSED = "supposed"
    DETECTED = "detected"
    CHOSEN = "chosen"


class Deadline(StrEnum):
    """The durable timers of a conversation (spec 1 §2)."""

    OFFER = "offer"
    CONSULT_OFFER = "consult_offer"
    RECONNECT = "reconnect"
    AGENT_GONE = "agent_gone"
    AUTO_CLOSE = "auto_close"
    WRAP_UP_BLOCK = "wrap_up_block"
    WINDOW = "window"
    BOT = "bot"
    CALL = "call"
    DIAL = "dial"
    RECALL = "recall"
    TALK = "talk"
