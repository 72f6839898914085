"""A fact of a conversation as it is counted, and the lines that may be made of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures.entries import NOTHING, Entry, Spent
from valvomo.domain.figures.shifts import whole_milliseconds


@dataclass(frozen=True, slots=True)
class Turn:
    """One fact of a conversation; `before` is None for its first, `spent` what primaries had spent on it until then."""

    before: Conversation | None
    event: Event
    after: Conversation
    at: datetime
    spent: Spent = NOTHING

    def entry(self, counter: str, *, agent_id: str | None = None, since: datetime | None = None) -> Entry:
        """A line about it, with the time since a moment; where it was before is where it happened."""
        where = self.before or self.after
        return Entry(
            counter=counter,
            at=self.at,
            conversation_id=where.id,
            queue_id=where.queue_id,
            channel=where.channel.value,
            language=where.language,
            agent_id=agent_id,
            ms=None if since is None else whole_milliseconds(self.at) - whole_milliseconds(since),
            outbound=where.outbound,
        )
