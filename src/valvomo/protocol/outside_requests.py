"""What callers send about the ways in and out for programs: API tokens and webhooks (spec 2)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from valvomo.protocol.requests import Id, Request
from valvomo.protocol.settings_requests import Title

Url = Annotated[str, Meta(min_length=8, max_length=2000, pattern=r"^https?://")]
Kind = Annotated[
    str, Meta(pattern=r"^[a-z_]+\.[a-z_]+$(?!\n)", max_length=60, description="Such as message.posted.")
]
Kinds = Annotated[frozenset[Kind], Meta(max_length=100)]


class CreateTokenRequest(Request, frozen=True, kw_only=True):
    """A token that acts as `user`, until it expires or is revoked."""

    name: Title
    user: Id
    expires_at: Annotated[datetime, Meta(tz=True)] | None = None


class CreateWebhookRequest(Request, frozen=True, kw_only=True):
    """Where letters go; without kinds, all of them."""

    url: Url
    kinds: Kinds = frozenset()


class RotateSecretRequest(Request, frozen=True, kw_only=True):
    """For how many hours the former secret signs as well."""

    hours: Annotated[int, Meta(ge=0, le=24 * 30)] = 24


class ReplaySpanRequest(Request, frozen=True, kw_only=True):
    """Letters written from `since` to before `until`: those that were given up, or all that are not on their way."""

    since: Annotated[datetime, Meta(tz=True)]
    until: Annotated[datetime, Meta(tz=True)]
    only_given_up: bool = True


class ChangeWebhookRequest(Request, frozen=True, kw_only=True):
    """Changes of a webhook."""

    url: Url | None = None
    kinds: Kinds | None = None
    disabled: bool | None = None
