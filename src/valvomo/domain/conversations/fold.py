"""Folding: a conversation is what its events made of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.record_status import in_step
from valvomo.domain.conversations.start import ConversationStarted


def fold(conversation: Conversation | None, event: Event, at: datetime) -> Conversation:
    """The conversation after one more event; None before the first."""
    if conversation is None:
        if not isinstance(event, ConversationStarted):
            raise ValueError(f"{event.kind} cannot be the first event of a conversation")
        return replace(event.begin(at), version=1, revision=1)
    changed = event.apply(conversation, at)
    if changed.record is not None:
        changed = in_step(conversation, changed)
    revision = conversation.revision + (not event.silent)
    return changed.but(version=conversation.version + 1, revision=revision)


def fold_all(
    conversation: Conversation | None, events: Iterable[tuple[Event, datetime]]
) -> Conversation | None:
    """The conversation after all these."""
    for event, at in events:
        conversation = fold(conversation, event, at)
    return conversation
