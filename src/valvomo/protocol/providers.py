"""Signing in by a provider of identities (OpenID Connect), as it is set up, tried, and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.domain.access.provider import Unfit
from valvomo.protocol.requests import Request

_LINE = r"^[^\x00-\x1f\x7f]*$(?!\n)"
Issuer = Annotated[str, Meta(min_length=1, max_length=500, pattern=_LINE)]
Secret = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"^[\x20-\x7e]+$(?!\n)")]
Domain = Annotated[str, Meta(min_length=1, max_length=253)]
FactorValue = Annotated[str, Meta(min_length=1, max_length=200, pattern=_LINE)]


class ProviderDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The provider by which people sign in, without the secret that it knows us by.

    `required`: whoever is no administrator has no other way in. `domains`: of which e-mail domains people are let in,
    of any where there are none. `factor_values`: values of `amr` or `acr` that stand for a second factor.
    """

    issuer: str
    client_id: str
    label: str
    required: bool
    domains: list[str]
    factor_values: list[str]


class ProviderRequest(Request, frozen=True, kw_only=True):
    """A provider; `client_secret` may be left out where the issuer stays the same."""

    issuer: Issuer
    client_id: Annotated[str, Meta(min_length=1, max_length=300, pattern=r"^[\x20-\x7e]+$(?!\n)")]
    client_secret: Secret | None = None
    label: Annotated[str, Meta(min_length=1, max_length=60, pattern=_LINE)]
    required: bool = False
    domains: Annotated[tuple[Domain, ...], Meta(max_length=100)] = ()
    factor_values: Annotated[tuple[FactorValue, ...], Meta(max_length=20)] = ()


class TryProviderRequest(Request, frozen=True, kw_only=True):
    """The issuer whose description is to be read."""

    issuer: Issuer


class ProviderTrial(msgspec.Struct, frozen=True, kw_only=True):
    """What came of reading a provider's description: `unfit` is why it cannot be used, null where it can.

    `detail` is a fact about that, as it was found, or the addresses' host where people would be sent.
    """

    unfit: Unfit | None
    detail: str


class SignInWays(msgspec.Struct, frozen=True, kw_only=True):
    """How one may sign in: always by a password, and by a provider that is called so, null where there is none."""

    provider: str | None


class LinkDocument(msgspec.Struct, frozen=True, kw_only=True):
    """Who an account is at a provider: whose word that is, and since when it opens the account."""

    issuer: str
    linked_at: datetime
