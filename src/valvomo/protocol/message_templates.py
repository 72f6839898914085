"""Templates as whoever writes to a customer chooses one, and what is filled in."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.protocol.requests import ClientId, Request

Place = Annotated[
    str, Meta(pattern=r"^(header|body)\.\w{1,60}$(?!\n)", description="Such as `body.1` or `header.name`.")
]


class MessageTemplateDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A text that the channel's provider has approved. `places` are where words go, in the order of reading.

    In `header` and `body` they are written as `{{1}}` or `{{name}}`; `buttons` are the words of what can be pressed.
    """

    name: str
    language: str
    category: str
    header: str
    body: str
    footer: str
    buttons: tuple[str, ...]
    places: tuple[str, ...]


class WriteTemplateRequest(Request, frozen=True, kw_only=True):
    """A template, with one line for each of its places."""

    name: Annotated[str, Meta(min_length=1, max_length=512)]
    language: Annotated[str, Meta(min_length=2, max_length=20)]
    values: Annotated[
        dict[Place, Annotated[str, Meta(min_length=1, max_length=1024)]], Meta(max_length=60)
    ] = msgspec.field(default_factory=dict)
    client_id: ClientId | None = None
