"""What the widget is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.protocol.attachments import CustomerLimits
from valvomo.protocol.customer import PublicConversation, PublicMessageItem
from valvomo.protocol.requests import Email, Key, Request


class ClosedItem(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody serves now, and when that changes, if within a year; messages can be left with the page key `leave`.

    `mails`: what is answered goes to the e-mail address that was left, too.
    """

    opens_at: datetime | None
    leave: str | None
    mails: bool = False


class CallKeys(msgspec.Struct, frozen=True, kw_only=True):
    """The page keys with which a call begins, each null where there is none of its kind.

    `back`: who waits in a call of the first kind may ask to be called back by telephone.
    """

    voice: str | None = None
    video: str | None = None
    back: bool = False


class WidgetConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What a page needs before there is a conversation.

    `consent` is `none`, `notice` (`text` is shown) or `consent` (`text` is a question to be answered); `version`
    and `language` name the text. `attachments` is what the customer may send, null where it is nothing. `identity` is
    what is made of signed visitors (`off`: nothing), `mail` whether transcripts can be sent by e-mail. While the queue
    is closed, `closed` says so. `calls`: a conversation that is begun with such a key is a call.
    """

    name: str
    channel: str
    consent: str
    text: str | None
    version: int | None
    language: str
    languages: tuple[str, ...]
    attachments: CustomerLimits | None
    identity: str = "off"
    mail: bool = False
    closed: ClosedItem | None = None
    calls: CallKeys = CallKeys()


class StartedByCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """The new conversation, and the token that opens it and nothing else."""

    conversation: PublicConversation
    token: str


class PublicMessages(msgspec.Struct, frozen=True, kw_only=True):
    """What was said, and how things stand."""

    items: list[PublicMessageItem]
    conversation: PublicConversation


class IdentifyRequest(Request, frozen=True, kw_only=True):
    """Whom the site has signed: `identity` is its token, `key` that of the page."""

    key: Key
    identity: Annotated[str, Meta(min_length=1, max_length=4096)]


class Identified(msgspec.Struct, frozen=True, kw_only=True):
    """Who visits. A stranger is not `verified`, and `flaw` says what was wrong with the token.

    A conversation of theirs that goes on comes with a `token` for this device.
    """

    verified: bool
    name: str | None = None
    flaw: str | None = None
    conversation: PublicConversation | None = None
    token: str | None = None


class EarlierConversation(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier conversation of somebody who is known: its newest messages, oldest first."""

    id: str
    begun_at: datetime
    items: list[PublicMessageItem]


class EarlierConversations(msgspec.Struct, frozen=True, kw_only=True):
    """The newest first; ask again from the last one for those before it."""

    items: list[EarlierConversation]


class MailTranscriptRequest(Request, frozen=True, kw_only=True):
    """Where the transcript is to go."""

    email: Email


class TranscriptMailed(msgspec.Struct, frozen=True, kw_only=True):
    """It has been handed to the mail server's queue; whether it arrives, nobody can say yet."""

    email: str
