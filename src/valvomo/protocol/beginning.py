"""Beginning conversations: over which accounts, and what is said first."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.protocol.requests import Id, Request

Words = Annotated[str, Meta(max_length=1024)]


class OutboundAccountDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A channel account over which the caller may begin conversations.

    `free_text`: anything may be written to anybody; else a template of the account (`templates`: there are some), or to
    who wrote lately. `most` characters are one message.
    """

    id: str
    name: str
    channel: str
    free_text: bool
    templates: bool
    most: int


class ChosenTemplateBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A template, and the words for its places by their names, such as `body.1`."""

    name: Annotated[str, Meta(min_length=1, max_length=600)]
    language: Annotated[str, Meta(min_length=1, max_length=40)]
    values: Annotated[dict[Annotated[str, Meta(max_length=80)], Words], Meta(max_length=100)] = {}


class BeginConversationRequest(Request, frozen=True, kw_only=True):
    """Whom to write to, over which account, and what; `contact_id` is whom one knows it to be."""

    account: Id
    address: Annotated[str, Meta(min_length=1, max_length=200)]
    text: Annotated[str, Meta(max_length=10_000)] = ""
    template: ChosenTemplateBody | None = None
    contact_id: Id | None = None
    name: Annotated[str, Meta(max_length=200)] = ""
    language: Annotated[str, Meta(pattern=r"^([a-z]{2,3})?$(?!\n)")] = ""
