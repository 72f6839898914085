"""What Messenger tells us: as much of its forms as matters here, and all of it optional.

The forms are those of
https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events/messages and
the pages beside it.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Who(msgspec.Struct, frozen=True):
    """The page, or a customer as this page knows them."""

    id: str = ""


class Attachment(msgspec.Struct, frozen=True):
    """A picture, a sound, a film, a file, a place, or what was shared; `payload` says where it is."""

    type: str = ""
    title: str = ""
    payload: dict[str, Any] | None = None


class Message(msgspec.Struct, frozen=True):
    """Words, or what was attached. An echo is what the page itself has sent, from here or elsewhere."""

    mid: str = ""
    text: str = ""
    is_echo: bool = False
    is_deleted: bool = False
    attachments: list[Attachment] = []


class Postback(msgspec.Struct, frozen=True):
    """A button was pressed."""

    mid: str = ""
    title: str = ""
    payload: str = ""


class Reaction(msgspec.Struct, frozen=True):
    """A sign at a message; `action` says whether it was set or taken back."""

    mid: str = ""
    action: str = ""
    emoji: str = ""
    reaction: str = ""


class Reached(msgspec.Struct, frozen=True):
    """Everything up to `watermark`, in milliseconds, was delivered or read; `mids` are some of it."""

    watermark: int = 0
    mids: list[str] = []


class Event(msgspec.Struct, frozen=True):
    """One thing that happened between the page and a customer."""

    sender: Who = Who()
    recipient: Who = Who()
    timestamp: int = 0
    message: msgspec.Raw = msgspec.Raw()
    postback: Postback | None = None
    reaction: Reaction | None = None
    delivery: Reached | None = None
    read: Reached | None = None


class Entry(msgspec.Struct, frozen=True):
    """What happened at a page. What stands by for another app (`standby`) is not for us to answer."""

    id: str = ""
    messaging: list[msgspec.Raw] = []


class Callback(msgspec.Struct, frozen=True):
    """A whole call."""

    object: str
    entry: list[Entry] = []
