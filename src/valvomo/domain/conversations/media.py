"""Media: what becomes of the files that a customer's message over a channel brings, after it was posted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.attachments.media import MediaProblem, MediaState
from valvomo.domain.conversations.delivery import DeliveryChanged
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaChanged(Event):
    """A file that came with a message was fetched, is not to be had, or is tried again.

    `digest` is the message's as it is since then (`message.digest_of`), which an attachment more has changed.
    """

    kind: ClassVar[str] = "media_changed"
    message_id: str
    seq: int
    media_id: str
    state: MediaState
    problem: MediaProblem | None = None
    digest: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Changes nothing of the conversation itself: files are the messages' own."""
        return conversation


MessageChanged = DeliveryChanged | MediaChanged
"""What happens to a message that was posted before: whoever reads the conversation reads it anew."""
