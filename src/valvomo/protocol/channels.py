"""Channel accounts as administrators see them, and the address at which providers reach us."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from valvomo.protocol.lookups import Named
from valvomo.protocol.requests import Id, Request
from valvomo.protocol.settings_requests import Title

Given = Annotated[dict[str, Any], Meta(max_length=40, description="By the names of the provider's fields.")]
Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,30}$(?!\n)")]


def callback_path(provider: str, account_id: str) -> str:
    """Where a provider reaches an account."""
    return f"/channels/{provider}/{account_id}"


class FieldDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a provider's settings or secrets.

    `kind` is `text`, `lines`, `url`, `number`, `boolean`, `choice`, or `countries`: some of its choices, by ISO 3166,
    with a space between two. `least` and `most` bound a number or the length of a text; `pattern` is a regular
    expression.
    """

    name: str
    kind: str
    required: bool
    nullable: bool = False
    default: Any = None
    least: float | None = None
    most: float | None = None
    pattern: str | None = None
    choices: list[str] = []


class ProviderDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A provider that accounts can be made at: its channel, and what an account there needs to be known of."""

    name: str
    channel: str
    settings: list[FieldDocument]
    secrets: list[FieldDocument]


class SeenDocument(msgspec.Struct, frozen=True, kw_only=True):
    """How an account was found the last time that somebody looked; `well` null while nobody has."""

    well: bool | None = None
    problem: str | None = None
    detail: str = ""
    at: datetime | None = None


class ChannelAccountDocument(msgspec.Struct, frozen=True, kw_only=True):
    """An account at a provider, without what opens it. `callback` is the address to be given to the provider.

    Of `dispatches` on their way out and `arrivals` on their way in: how many wait, since when the oldest, how many were
    given up and wait for a person. `begins`: agents may begin conversations over it. `held_since`: the provider refuses
    the account, and everything waits until it is put right.
    """

    id: str
    provider: str
    name: str
    workstream: Named
    channel: str
    settings: dict[str, Any]
    disabled: bool
    begins: bool
    callback: str
    seen: SeenDocument
    held_since: datetime | None
    dispatches_waiting: int
    oldest_dispatch_at: datetime | None
    dispatches_failed: int
    arrivals_waiting: int
    arrivals_given_up: int
    created_at: datetime


class DispatchDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A message on its way out: to whom, its first words, how often it was tried, and why it is not there yet."""

    id: str
    conversation_id: str
    address: str
    name: str | None
    words: str | None
    state: str
    attempts: int
    possibly_repeated: bool
    problem: str | None
    detail: str | None
    due: datetime
    created_at: datetime


class ArrivalDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Something on its way in that could not be taken in yet, or was given up, and why."""

    id: str
    kind: str
    address: str
    attempts: int
    problem: str | None
    received_at: datetime
    due: datetime
    given_up_at: datetime | None


class HealthDocument(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the account found."""

    well: bool
    problem: str | None = None
    detail: str = ""


class CreateChannelAccountRequest(Request, frozen=True, kw_only=True):
    """An account at a provider; `secrets` are never shown again."""

    provider: Code
    name: Title
    workstream_id: Id
    settings: Given = msgspec.field(default_factory=dict)
    secrets: Given = msgspec.field(default_factory=dict)
    begins: bool = False


class ChangeChannelAccountRequest(Request, frozen=True, kw_only=True):
    """Changes of an account; `secrets` that are given take the place of all that there were."""

    name: Title | None = None
    workstream_id: Id | None = None
    settings: Given | None = None
    secrets: Given | None = None
    disabled: bool | None = None
    begins: bool | None = None


class SendTestRequest(Request, frozen=True, kw_only=True):
    """A text to an address, at once and apart from any conversation."""

    address: Annotated[str, Meta(min_length=1, max_length=200)]
    text: Annotated[str, Meta(min_length=1, max_length=1000)]


class MendMessageRequest(Request, frozen=True, kw_only=True):
    """Send a message (its number) again that has failed; `drop`: let it be instead."""

    seq: Annotated[int, Meta(ge=1, le=2**53 - 1)]
    drop: bool = False


class MendRequest(Request, frozen=True, kw_only=True):
    """Try again what was given up, or drop it. `id` is that of the list of what goes out or of what came in."""

    what: Literal["dispatch", "arrival"]
    id: Annotated[str, Meta(min_length=1, max_length=400)]
    drop: bool = False
