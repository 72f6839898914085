"""What Telegram tells: updates (https://core.telegram.org/bots/api#update), and what they mean to a conversation.

Only what is said to the bot in private is a customer's matter; groups and channels are others' rooms. What a customer
changes afterwards is told as what it is: Telegram has no way to take back what an agent has read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from valvomo.channels.port import Identity, Inbound, UnreadableError, cleaned

MAX_NAME, MAX_NOTE = 200, 300
LATEST = 253_402_300_799
"""The last second of the year 9999: a date beyond it is none."""


class _Person(msgspec.Struct):
    id: int
    first_name: str = ""
    last_name: str = ""
    is_bot: bool = False
    language_code: str = ""


class _Chat(msgspec.Struct):
    id: int
    type: str


class _File(msgspec.Struct):
    file_name: str = ""
    mime_type: str = ""


class _Sticker(msgspec.Struct):
    emoji: str = ""


class _Place(msgspec.Struct):
    latitude: float
    longitude: float


class _Card(msgspec.Struct):
    phone_number: str = ""
    first_name: str = ""
    last_name: str = ""


class _Message(msgspec.Struct):
    message_id: int
    date: int
    chat: _Chat
    edit_date: int = 0
    sender: _Person | None = msgspec.field(default=None, name="from")
    text: str = ""
    caption: str = ""
    document: _File | None = None
    audio: _File | None = None
    voice: _File | None = None
    video: _File | None = None
    animation: _File | None = None
    video_note: dict[str, Any] | None = None
    photo: list[dict[str, Any]] = []
    sticker: _Sticker | None = None
    location: _Place | None = None
    contact: _Card | None = None


class Update(msgspec.Struct):
    """One update; of its kinds only those that a customer's conversation is made of."""

    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None


KINDS = ("message", "edited_message")
"""What Telegram is asked to tell (`allowed_updates`)."""


def update_of(body: bytes | msgspec.Raw) -> Update:
    """Raises `UnreadableError`."""
    try:
        return msgspec.json.decode(body, type=Update)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise UnreadableError(str(error)[:MAX_NOTE]) from error


def inbound_of(update: Update) -> Inbound | None:
    """The message of a customer that an update brings, if it brings one."""
    message = update.message or update.edited_message
    if message is None or message.sender is None:
        return None
    sender = message.sender
    words = " ".join(part for part in _parts(message) if part)
    if message.chat.type != "private" or sender.is_bot or not words:
        return None
    changed = update.message is None
    return Inbound(
        # Updates are numbered, and one that Telegram repeats has the number that it had.
        key=f"update:{update.update_id:020d}",
        address=str(message.chat.id),
        text=f"✏️ {words}" if changed else words,
        sent_at=_moment(message.edit_date or message.date),
        name=cleaned(f"{sender.first_name} {sender.last_name}".strip())[:MAX_NAME],
        identity=Identity("telegram", str(sender.id)),
        language=_language(sender.language_code),
    )


def _parts(message: _Message) -> Iterator[str]:
    """What it brings beside words is named by its kind: nothing that a customer sends vanishes."""
    yield cleaned(message.text or message.caption)
    if message.photo:
        yield "[image]"
    if message.sticker is not None:
        yield cleaned(message.sticker.emoji) or "[sticker]"
    if message.location is not None:
        yield f"📍 {message.location.latitude:.6f}, {message.location.longitude:.6f}"
    if (card := message.contact) is not None:
        yield cleaned(f"👤 {card.first_name} {card.last_name} {card.phone_number}".strip())[:MAX_NOTE]
    # An animation comes with a document that is the same file.
    files = (
        message.document if message.animation is None else None,
        message.audio,
        message.voice,
        message.video,
    )
    for one in (*files, message.animation):
        if one is not None:
            yield f"[{cleaned(one.file_name or one.mime_type)[:MAX_NAME] or 'file'}]"
    if message.video_note is not None:
        yield "[video]"


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= LATEST else None


def _language(code: str) -> str:
    """The language of an IETF tag."""
    first = code.partition("-")[0].lower()
    return first if first.isascii() and first.isalpha() and len(first) in {2, 3} else ""
