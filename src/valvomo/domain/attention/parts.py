"""The parts of the attention score: each has a name, a reason in the conversation, and a formula.

A part is linear in time, so that a screen can draw the running score with nothing but a clock: before `since`
it is 0, after it `min(cap, base + per_minute x minutes since)`. The score is the sum of the parts. Nothing
here is learned or random: the same conversation has the same parts everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from valvomo.domain.conversations.model import Conversation, State

UNANSWERED_AFTER = timedelta(minutes=1)
"""So long a customer may wait for the next agent message before it draws attention."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One reason. `since` None: it has its `base` always. `cap` None: it grows without end."""

    name: str
    base: float
    per_minute: float = 0.0
    since: datetime | None = None
    cap: float | None = None


def attention(conversation: Conversation, service_level_seconds: int) -> tuple[Part, ...]:
    """All parts that this conversation has now; the queue's service level is N of spec 1 §8."""
    found = (
        waiting(conversation, service_level_seconds),
        unanswered(conversation),
        orphaned(conversation),
        declined(conversation),
        transferred(conversation),
    )
    return tuple(part for part in found if part is not None)


def score(parts: tuple[Part, ...], at: datetime) -> float:
    """The sum of the parts at a moment."""
    return sum(value(part, at) for part in parts)


def value(part: Part, at: datetime) -> float:
    """`min(cap, base + per_minute x minutes since)`; 0 before `since`."""
    if part.since is None:
        grown = part.base
    elif at < part.since:
        return 0.0
    else:
        grown = part.base + part.per_minute * (at - part.since).total_seconds() / 60
    return grown if part.cap is None else min(part.cap, grown)


def waiting_since(conversation: Conversation) -> datetime | None:
    """Since when the customer waits for acceptance; None while nobody has to be waited for.

    From queueing (or escalation) the first time, from coming back into a queue later (spec 1 §8 *wait*).
    """
    if conversation.state is not State.OPEN and (
        conversation.state is not State.ACTIVE or conversation.accepted
    ):
        return None
    return conversation.session_queued_at if conversation.first_accepted_at else conversation.queued_at


def waiting(conversation: Conversation, service_level_seconds: int) -> Part | None:
    """Waiting beyond the service level: 10, and 10 more for each minute, at most 60."""
    since = waiting_since(conversation)
    if since is None:
        return None
    over = since + timedelta(seconds=service_level_seconds)
    return Part(name="waiting", base=10, per_minute=10, since=over, cap=60)


def unanswered(conversation: Conversation) -> Part | None:
    """The customer wrote and no agent has answered for a minute: 5, and 5 more for each minute, at most 40."""
    if conversation.unanswered_since is None or not conversation.accepted or conversation.bot_id:
        return None
    since = conversation.unanswered_since + UNANSWERED_AFTER
    return Part(name="unanswered", base=5, per_minute=5, since=since, cap=40)


def orphaned(conversation: Conversation) -> Part | None:
    """Nobody in the queue will take it: 50."""
    return Part(name="orphaned", base=50) if conversation.orphaned else None


def declined(conversation: Conversation) -> Part | None:
    """Offers rejected or missed since somebody last had it: 8 each, at most 40."""
    count = sum(conversation.declines.values())
    return Part(name="declined", base=min(40, 8 * count)) if count else None


def transferred(conversation: Conversation) -> Part | None:
    """Transferred more than once: 10 for each time after the first, at most 30."""
    again = conversation.transfers - 1
    return Part(name="transferred", base=min(30, 10 * again)) if again > 0 else None
