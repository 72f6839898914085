"""What the widget is answered."""

from __future__ import annotations

import msgspec

from valvomo.protocol.attachments import CustomerLimits
from valvomo.protocol.customer import PublicConversation, PublicMessageItem


class WidgetConfig(msgspec.Struct, frozen=True, kw_only=True):
    """What a page needs before there is a conversation.

    `consent` is `none`, `notice` (`text` is shown) or `consent` (`text` is a question to be answered); `version`
    and `language` name the text. `attachments` is what the customer may send, null where it is nothing.
    """

    name: str
    channel: str
    consent: str
    text: str | None
    version: int | None
    language: str
    languages: tuple[str, ...]
    attachments: CustomerLimits | None


class StartedByCustomer(msgspec.Struct, frozen=True, kw_only=True):
    """The new conversation, and the token that opens it and nothing else."""

    conversation: PublicConversation
    token: str


class PublicMessages(msgspec.Struct, frozen=True, kw_only=True):
    """What was said, and how things stand."""

    items: list[PublicMessageItem]
    conversation: PublicConversation
