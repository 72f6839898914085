"""The place in the queue, told to customers on channels, where no window of ours shows it: once, and now and then."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from valvomo.domain.conversations.model import Channel, Conversation, State

TOLD_IN = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.MESSENGER, Channel.TELEGRAM, Channel.CUSTOM})
"""Where words come at once and cost little to read; nobody looks into their mail for a place in a queue."""
SETTLES = timedelta(seconds=10)
"""Whoever is asked for within this time need not be told that they wait."""
MOST_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceTold:
    """The place that the customer was told last, and when."""

    place: int
    at: datetime


def place_due(conversation: Conversation, minutes: int, told: PlaceTold | None, at: datetime) -> bool:
    """Whether the customer may be told a place now: at the beginning, and then at most every so many minutes.

    Not who is orphaned, because nobody is to take them; nor where the channel takes no free text, or where the house
    has written first and waits itself.
    """
    if minutes <= 0 or conversation.state is not State.OPEN or conversation.channel not in TOLD_IN:
        return False
    if conversation.account_id is None or conversation.window_closed or conversation.orphaned:
        return False
    if conversation.outbound and conversation.unanswered_since is None:
        return False
    if at - conversation.session_queued_at < SETTLES:
        return False
    return told is None or at - told.at >= timedelta(minutes=minutes)
