"""The way to a provider and back: what the browser keeps meanwhile, sealed, so that no other browser can come back."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from valvomo.domain.access.provider import Identity
from valvomo.house_key import HouseKey, Sealing, UnopenableError

PURPOSE = "ways to providers and back"
PATIENCE = timedelta(minutes=10)
"""For whoever has to find a password and a telephone at the provider."""
CODE_PATIENCE = timedelta(minutes=5)
LONGEST_COOKIE = 4_000


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody went to a provider: what they must come back with, until when, and where they wanted to go."""

    organization_id: str
    issuer: str
    client_id: str
    redirect_uri: str
    next: str
    state: str
    nonce: str
    verifier: str
    until: datetime


class Proved(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody came back, and the house's own second factor is still to be asked for."""

    organization_id: str
    issuer: str
    client_id: str
    identity: Identity
    next: str
    until: datetime


P = TypeVar("P", Begun, Proved)


class Passages:
    """Seals what a browser keeps; only whoever has the house's key can make such a thing, or read it."""

    def __init__(self, key: Callable[[], HouseKey | None]) -> None:
        self._sealing = Sealing(key, purpose=PURPOSE, word=b"valvomo passages ")

    def sealed(self, passage: Begun | Proved) -> str:
        """For a cookie. Raises `NoKeyError`, or `UnreadableKeyError`."""
        plain = msgspec.json.encode(passage)
        return base64.urlsafe_b64encode(self._sealing.sealed(plain, type(passage).__name__)).decode()

    def opened(self, cookie: str, kind: type[P], now: datetime) -> P | None:
        """What was sealed; None where it is none of ours, of another kind, or over."""
        if not cookie or len(cookie) > LONGEST_COOKIE:
            return None
        try:
            sealed = base64.b64decode(cookie, altchars=b"-_", validate=True)
            passage = msgspec.json.decode(self._sealing.opened(sealed, kind.__name__), type=kind)
        except (UnopenableError, binascii.Error, ValueError, msgspec.MsgspecError):
            return None
        return passage if now < passage.until else None


def begun(organization_id: str, of: tuple[str, str], places: tuple[str, str], now: datetime) -> Begun:
    """A new way to the provider (issuer, client id), back to a redirect URI, and on to a path."""
    issuer, client_id = of
    redirect_uri, onward = places
    return Begun(
        organization_id=organization_id,
        issuer=issuer,
        client_id=client_id,
        redirect_uri=redirect_uri,
        next=onward,
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(48),
        until=now + PATIENCE,
    )
