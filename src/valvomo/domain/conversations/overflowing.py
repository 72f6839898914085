"""Overflow while or before a conversation waits: another queue, words to the customer, or the end (T16, T17)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event, back_in_queue, closed
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.routing.overflow import Overflow, Remedy, Trigger, text_for


@dataclass(frozen=True, slots=True, kw_only=True)
class Overflowed(Event):
    """An overflow rule of the queue was applied. `text` is what the customer is told; `to` the new queue.

    `key` names the rule, so that it is applied once.
    """

    kind: ClassVar[str] = "overflowed"
    key: str
    trigger: Trigger
    remedy: Remedy
    queue_id: str
    queue_name: str
    to_id: str | None = None
    to_name: str | None = None
    text: str | None = None
    auto_close_at: datetime | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Moved with its age kept, closed by the system, or waiting on."""
        applied = (*conversation.overflowed, self.key)
        if self.remedy is Remedy.CLOSE:
            return replace(closed(conversation, at, "overflow"), overflowed=applied)
        if self.to_id is not None:
            conversation = back_in_queue(conversation, self.to_id, at, self.auto_close_at)
        return replace(conversation, overflowed=applied)


def overflowed(
    conversation: Conversation, found: Overflow, queue: tuple[str, str], auto_close_at: datetime | None
) -> Overflowed:
    """The rule as a fact, in the customer's language. The queue (`id`, `name`) is the one whose rule it is."""
    return Overflowed(
        key=found.key,
        trigger=found.rule.trigger,
        remedy=found.rule.remedy,
        queue_id=queue[0],
        queue_name=queue[1],
        to_id=found.to.id if found.to else None,
        to_name=found.to.name if found.to else None,
        text=text_for(found.rule, conversation.language) or None,
        auto_close_at=auto_close_at,
    )
