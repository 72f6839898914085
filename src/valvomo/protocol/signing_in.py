"""Signing in, as it is asked and answered: sessions, second factors, and who has to have one (spec 2, spec 3)."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.domain.access.actor import UserRole
from valvomo.protocol.providers import ProviderDocument
from valvomo.protocol.requests import Request

_PRINTABLE = r"^[^\x00-\x1f\x7f]*$(?!\n)"


class SessionDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A session that was opened: whose, and until when."""

    user: str
    expires_at: datetime


class NewSecondFactor(msgspec.Struct, frozen=True, kw_only=True):
    """What an authenticator app is given: `secret` in Base32, and the same as the `uri` of a QR code. Shown once."""

    secret: str
    uri: str


class RecoveryCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Each opens the account once in place of the app. Shown once; nothing for a repeated request."""

    recovery: list[str]


class SignInSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How accounts sign in: the roles that have to have a second factor, and the provider, where there is one.

    A provider sends browsers back to `redirect_uri`, which it has to be told beforehand.
    """

    second_factor_of: list[UserRole]
    provider: ProviderDocument | None
    redirect_uri: str


class SignInRequest(Request, frozen=True, kw_only=True):
    """Who wants in. `code` is the second factor's or one of its recovery codes; ignored while the account has none."""

    email: Annotated[str, Meta(max_length=254, pattern=_PRINTABLE)]
    password: Annotated[str, Meta(max_length=1000)]
    code: Annotated[str, Meta(max_length=20)] | None = None


class PasswordRequest(Request, frozen=True, kw_only=True):
    """Proof that whoever asks is not merely at an open console.

    It may be left out within ten minutes after a provider has opened the session.
    """

    password: Annotated[str, Meta(max_length=1000)] | None = None


class CodeRequest(Request, frozen=True, kw_only=True):
    """A code of one's authenticator app."""

    code: Annotated[str, Meta(max_length=20)]


class EndSecondFactorRequest(Request, frozen=True, kw_only=True):
    """Password, as in `PasswordRequest`, and a code of the app, or a recovery code."""

    password: Annotated[str, Meta(max_length=1000)] | None = None
    code: Annotated[str, Meta(max_length=20)]


class SignInSettingsRequest(Request, frozen=True, kw_only=True):
    """How accounts sign in: the roles that have to have a second factor."""

    second_factor_of: Annotated[tuple[UserRole, ...], Meta(max_length=len(UserRole))]
