"""Keys of a provider, and what it has signed with them (OpenID Connect Core 1.0 §3.1.3.7)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwk, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import Key, KeySet, RSAKey

from valvomo.domain.access.provider import Identity, Unfit
from valvomo.oidc.asking import UnfitError
from valvomo.oidc.discovery import ALGORITHMS

LEEWAY_SECONDS = 60
"""By which their clock and ours may differ."""
MOST_KEYS = 100
FEWEST_RSA_BITS = 2048
_BITS_IN_A_LETTER = 6
LONGEST_SUBJECT = 255
LONGEST_EMAIL = 254
_TRUE = ("true", "1")
"""Some say it as a text or a number."""


class UntrustedError(Exception):
    """What was to prove who somebody is proves nothing. `unknown_key`: by no key that is known here."""

    def __init__(self, why: str, *, unknown_key: bool = False) -> None:
        super().__init__(why)
        self.unknown_key = unknown_key


def signing_keys(document: bytes) -> KeySet:
    """The keys of a provider that sign, as far as they are understood (RFC 7517). Raises `UnfitError`."""
    try:
        listed = json.loads(document)["keys"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UnfitError(Unfit.NO_KEYS, "no set of keys") from error
    if not isinstance(listed, list) or len(listed) > MOST_KEYS:
        raise UnfitError(Unfit.NO_KEYS, "no set of keys")
    keys = [key for one in listed if isinstance(one, dict) and (key := _key(one)) is not None]
    if not keys:
        raise UnfitError(Unfit.NO_KEYS, f"{len(listed)} keys, of which none can be used")
    return KeySet(keys)


def identity_of(token: str, keys: KeySet, expected: Mapping[str, str], now: int) -> tuple[Identity, bool]:
    """Whom an ID token names, and whether it says anything of an e-mail address.

    `expected` are `issuer`, `client_id`, `nonce` and `access_token`. Raises `UntrustedError`.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
    except InvalidKeyIdError as error:
        raise UntrustedError(str(error), unknown_key=True) from error
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise UntrustedError(str(error) or type(error).__name__) from error
    options = {
        "iss": {"essential": True, "value": expected["issuer"]},
        "aud": {"essential": True, "value": expected["client_id"]},
        "sub": {"essential": True},
        "nonce": {"essential": True, "value": expected["nonce"]},
    }
    told = {name: expected[name] for name in ("client_id", "nonce", "access_token")}
    try:
        CodeIDToken(decoded.claims, decoded.header, options, told).validate(now, LEEWAY_SECONDS)
    except (JoseError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise UntrustedError(str(error) or type(error).__name__) from error
    return _identity(decoded.claims), "email" in decoded.claims


def with_email(identity: Identity, claims: Mapping[str, Any]) -> Identity:
    """The same with what the provider says elsewhere of their address. Raises `UntrustedError`."""
    if claims.get("sub") != identity.subject:
        # OpenID Connect Core 1.0 §5.3.2: it may speak of somebody else.
        raise UntrustedError("the information is about another subject")
    email, verified = _email(claims)
    return Identity(subject=identity.subject, email=email, verified=verified, factors=identity.factors)


def _identity(claims: Mapping[str, Any]) -> Identity:
    subject = claims["sub"]
    if not 0 < len(subject) <= LONGEST_SUBJECT or not subject.isprintable():
        raise UntrustedError("the subject is none")
    email, verified = _email(claims)
    methods, context = claims.get("amr") or [], claims.get("acr")
    factors = [one for one in (*methods, context) if isinstance(one, str)]
    return Identity(subject=subject, email=email, verified=verified, factors=tuple(factors))


def _email(claims: Mapping[str, Any]) -> tuple[str, bool]:
    email = claims.get("email")
    if not isinstance(email, str) or len(email) > LONGEST_EMAIL or not email.isprintable():
        return "", False
    # Entra ID says it by a claim of its own, of which domains alone are verified for a tenant.
    said = claims["email_verified"] if "email_verified" in claims else claims.get("xms_edov")
    return email, str(said).lower() in _TRUE


def _key(described: dict[str, Any]) -> Key | None:
    if described.get("kty") not in ("RSA", "EC") or described.get("use", "sig") != "sig":
        return None
    if described["kty"] == "RSA" and len(str(described.get("n"))) * _BITS_IN_A_LETTER < FEWEST_RSA_BITS:
        return None
    try:
        key: Key = jwk.import_key(described, described["kty"])
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    if isinstance(key, RSAKey) and key.public_key.key_size < FEWEST_RSA_BITS:
        return None
    return key
