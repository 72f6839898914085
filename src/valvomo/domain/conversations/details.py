"""Details: subject, priority, tags, language, disposition (spec 1 §4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import LanguageSource
from valvomo.domain.conversations.model import Channel, Conversation, State
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.conversations.record import changed
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class DetailsChanged(Event):
    """New values; None leaves a detail as it is."""

    kind: ClassVar[str] = "details_changed"
    by_id: str
    subject: str | None = None
    priority: int | None = None
    tags: tuple[str, ...] | None = None
    language: str | None = None
    disposition: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Sets what was given."""
        told = {"subject": self.subject, "priority": self.priority}
        names = [name for name, value in told.items() if value is not None]
        record = conversation.record
        return replace(
            conversation,
            record=changed(record, names) if record and names else record,
            subject=conversation.subject if self.subject is None else self.subject,
            priority=conversation.priority if self.priority is None else self.priority,
            tags=conversation.tags if self.tags is None else self.tags,
            language=conversation.language if self.language is None else self.language,
            language_source=conversation.language_source if self.language is None else LanguageSource.CHOSEN,
            disposition=conversation.disposition if self.disposition is None else self.disposition,
        )


def details_refusal(agent_id: str, conversation: Conversation, *, watches: bool = False) -> Refusal | None:
    """Its primary, while it is active or in wrap-up. A record is kept by hand: by its primary also while on hold.

    `watches` says that it is somebody who keeps records that are not theirs: a supervisor of its queue, a program.
    """
    if conversation.channel is Channel.RECORD and conversation.state is not State.CLOSED:
        waits = conversation.state is State.WAITING and conversation.owner_id == agent_id
        if watches or waits:
            return None
    if conversation.state is State.WRAP_UP and conversation.owner_id == agent_id:
        return None
    return owner_refusal(agent_id, conversation)


def change_details(
    agent_id: str, conversation: Conversation, change: DetailsChanged, *, watches: bool = False
) -> tuple[Event, ...] | Refusal:
    """Set details of what one serves, or keeps."""
    return details_refusal(agent_id, conversation, watches=watches) or (change,)
