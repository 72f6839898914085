"""Messages and notices as staff see them (spec 1 §6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from valvomo.domain.conversations.spoken import Spoken
from valvomo.protocol.attachments import MessageAttachment, MessageMedium


class Author(msgspec.Struct, frozen=True, kw_only=True):
    """Who wrote, and as what."""

    id: str
    name: str
    role: str


class SpokenItem(msgspec.Struct, frozen=True, kw_only=True):
    """About what was said in a call, as a machine has written it down.

    From `began_ms` to `ended_ms` after what is kept of the call began; `recording` is that, to which there is sound
    where the workstream keeps it. `confidence` in [0, 1]. `heard`: the customer was to hear it. `removed`: its words
    are gone, as they have been kept for their days.
    """

    recording: str
    began_ms: int
    ended_ms: int
    confidence: float
    heard: bool
    by: str
    removed: bool


def spoken_item(spoken: Spoken | None) -> SpokenItem | None:
    """What staff are shown of it."""
    if spoken is None:
        return None
    return SpokenItem(
        recording=spoken.recording_id,
        began_ms=spoken.began_ms,
        ended_ms=spoken.ended_ms,
        confidence=spoken.confidence,
        heard=spoken.heard,
        by=spoken.by,
        removed=spoken.removed,
    )


class MessageItem(msgspec.Struct, frozen=True, kw_only=True):
    """A message with its number over all messages of the conversation, internal ones included.

    `delivery` is how far it has come over its channel, null where it goes over none, `delivery_problem` why no further.
    `media` came with it over a channel and are not among its attachments, not yet or not at all. `html`: what it looked
    like can be shown. `spoken` is of what was said in a call, and of nothing that somebody has written.
    """

    id: str
    seq: int
    author: Author
    visibility: str
    text: str
    at: datetime
    attachments: tuple[MessageAttachment, ...] = ()
    media: tuple[MessageMedium, ...] = ()
    html: bool = False
    client_id: str | None = None
    delivery: str | None = None
    delivery_problem: str | None = None
    spoken: SpokenItem | None = None
    kind: str = "message"


class NoticeItem(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a user must hear of wherever they are: a code of the catalogue (`notice.*`) with its facts.

    It is about a conversation, or (`alert`) about an alert, whose own conversation may be named too.
    """

    id: str
    code: str
    conversation: str | None
    facts: Mapping[str, object]
    at: datetime
    alert: str | None = None
    kind: str = "notice"


class MessageHtml(msgspec.Struct, frozen=True, kw_only=True):
    """What a message looked like: an address that shows it without a cookie until a moment, and runs nothing of it.

    A relative one is of this server. `remote` pictures are elsewhere and are not shown; `cut`: it is the beginning.
    """

    url: str
    until: datetime
    remote: int
    cut: bool
