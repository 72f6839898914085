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
    """A transfer that waits for the call to end, to an agent or to a queue (spec 1 §3 e).

    The overrides and `stay` are those of the act: what was demanded and given must count when it is made.
    """

    agent_id: str | None = None
    agent_name: str | None = None
    queue_id: str | None = None
    queue_name: str | None = None
    by_id: str
    by_role: str
    note: str | None = None
    override_presence: bool = False
    override_capacity: bool = False
    stay: bool = False

    @property
    def target(self) -> tuple[str, str]:
        """To whom or where: id and name."""
        return self.agent_id or self.queue_id or "", self.agent_name or self.queue_name or ""


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
