"""What Telegram tells: updates (https://core.telegram.org/bots/api#update), and what they mean to a conversation.

Only what is said to the bot in private is a customer's matter; groups and channels are others' rooms. What a customer
changes afterwards is told as what it is: Telegram has no way to take back what an agent has read.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from valvomo.channels.media import Medium
from valvomo.channels.port import Identity, Inbound, UnreadableError, cleaned
from valvomo.domain.attachments.media import MediaProblem

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
    file_id: str = ""
    file_name: str = ""
    mime_type: str = ""
    file_size: int | None = None


class _Sticker(msgspec.Struct):
    file_id: str = ""
    emoji: str = ""
    is_animated: bool = False
    is_video: bool = False


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
    video_note: _File | None = None
    photo: list[_File] = []
    sticker: _Sticker | None = None
    location: _Place | None = None
    contact: _Card | None = None


class _BareMessage(msgspec.Struct):
    """What every message has, whatever else is in it."""

    message_id: int
    date: int
    chat: _Chat
    sender: _Person | None = msgspec.field(default=None, name="from")


class Update(msgspec.Struct):
    """One update; of its kinds only those that a customer's conversation is made of."""

    update_id: int
    message: _Message | None = None
    edited_message: _Message | None = None


class _BareUpdate(msgspec.Struct):
    """What every update has."""

    update_id: int
    message: _BareMessage | None = None
    edited_message: _BareMessage | None = None


class _Numbered(msgspec.Struct):
    update_id: int


KINDS = ("message", "edited_message")
"""What Telegram is asked to tell (`allowed_updates`)."""
_UNREAD = (msgspec.MsgspecError, ValueError, RecursionError)


def update_of(body: bytes | msgspec.Raw) -> Update:
    """Raises `UnreadableError` for what is no update at all.

    Telegram tells nothing else before an update is taken: one with something in it that we do not know holds up nobody.
    """
    try:
        return msgspec.json.decode(body, type=Update)
    except _UNREAD:
        return _as_far_as_known(body)


def _as_far_as_known(body: bytes | msgspec.Raw) -> Update:
    try:
        bare = msgspec.json.decode(body, type=_BareUpdate)
    except _UNREAD:
        try:
            return Update(update_id=msgspec.json.decode(body, type=_Numbered).update_id)
        except _UNREAD as error:
            raise UnreadableError(str(error)[:MAX_NOTE]) from error
    return Update(
        update_id=bare.update_id,
        message=_unknown(bare.message),
        edited_message=_unknown(bare.edited_message),
    )


def _unknown(bare: _BareMessage | None) -> _Message | None:
    if bare is None:
        return None
    return _Message(
        message_id=bare.message_id, date=bare.date, chat=bare.chat, sender=bare.sender, text="[?]"
    )


def inbound_of(update: Update, bot: str) -> Inbound | None:
    """The message of a customer that an update of a bot (its number) brings, if it brings one."""
    message = update.message or update.edited_message
    if message is None or message.sender is None:
        return None
    sender = message.sender
    words, media = " ".join(part for part in _parts(message) if part), tuple(_media(message))
    if message.chat.type != "private" or sender.is_bot or not (words or media):
        return None
    changed = update.message is None
    return Inbound(
        # A bot's updates are numbered, and one that Telegram repeats has the number that it had.
        key=f"update:{bot}:{update.update_id:020d}",
        address=str(message.chat.id),
        text=f"✏️ {words}".strip() if changed else words,
        media=media,
        sent_at=_moment(message.edit_date or message.date),
        name=cleaned(f"{sender.first_name} {sender.last_name}".strip())[:MAX_NAME],
        identity=Identity("telegram", str(sender.id)),
        language=_language(sender.language_code),
    )


def _parts(message: _Message) -> Iterator[str]:
    """What it brings beside words is named by its kind: nothing that a customer sends vanishes."""
    yield cleaned(message.text or message.caption)
    if (sticker := message.sticker) is not None and (sticker.emoji or _moves(sticker)):
        yield cleaned(sticker.emoji) or "[sticker]"
    if message.location is not None:
        yield f"📍 {message.location.latitude:.6f}, {message.location.longitude:.6f}"
    if (card := message.contact) is not None:
        yield cleaned(f"👤 {card.first_name} {card.last_name} {card.phone_number}".strip())[:MAX_NOTE]


def _media(message: _Message) -> Iterator[Medium]:
    """Its files, to be fetched by their ids."""
    if message.photo:
        # The same picture in several sizes.
        yield _medium(max(message.photo, key=lambda one: one.file_size or 0), "photo")
    if (sticker := message.sticker) is not None and not _moves(sticker):
        yield _medium(_File(file_id=sticker.file_id, mime_type="image/webp"), "sticker")
    # An animation comes with a document that is the same file.
    named = {
        "document": message.document if message.animation is None else None,
        "audio": message.audio,
        "voice": message.voice,
        "video": message.video,
        "animation": message.animation,
        "video_note": message.video_note,
    }
    for name, one in named.items():
        if one is not None:
            yield _medium(one, name)


def _medium(one: _File, name: str) -> Medium:
    return Medium(
        ref=cleaned(one.file_id)[:MAX_NOTE],
        name=cleaned(one.file_name)[:MAX_NAME] or name,
        media_type=cleaned(one.mime_type)[:MAX_NAME],
        size=one.file_size,
        problem=None if one.file_id else MediaProblem.UNSUPPORTED,
    )


def _moves(sticker: _Sticker) -> bool:
    """Stickers that move are in forms of Telegram's own; their sign says what they mean."""
    return sticker.is_animated or sticker.is_video


def _moment(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds <= LATEST else None


def _language(code: str) -> str:
    """The language of an IETF tag."""
    first = code.partition("-")[0].lower()
    return first if first.isascii() and first.isalpha() and len(first) in {2, 3} else ""
