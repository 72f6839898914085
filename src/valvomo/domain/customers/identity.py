"""Identity: who a site says that a visitor is, signed with the secret of its workstream.

The site passes a JSON Web Token (RFC 7519) signed by HMAC with SHA-256 (RFC 7515, `HS256`), and by nothing else: no
`alg` of the token's own choosing is ever followed. `sub` is the site's own name for the person, by which they are known
on every device; `exp` must be there, and no more than a day away, so that a token that leaks is soon worth nothing.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from valvomo.domain.customers.widget_rules import IdentityPolicy
from valvomo.domain.refusals import Reason, Refusal

SLACK = timedelta(seconds=60)
"""How far the clocks of the site and of the house may differ."""
LONGEST = timedelta(hours=24)
MOST_TOKEN = 4_096
MOST_SUBJECT, MOST_NAME, MOST_EMAIL = 200, 100, 254
FURTHEST = 1e11
"""Seconds: beyond every calendar."""
_PARTS = 3


class Flaw(StrEnum):
    """What is wrong with a token; each has a text in the catalogue."""

    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    SIGNATURE = "signature"
    EXPIRED = "expired"
    TOO_LONG = "too_long"
    TOO_EARLY = "too_early"
    AUDIENCE = "audience"
    SUBJECT = "subject"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who the site says that it is: its own name for them, and what they are called and written to by."""

    subject: str
    name: str | None = None
    email: str | None = None


def identity_of(token: str, secrets: Iterable[str], now: datetime, *, key: str) -> Identity | Flaw:
    """Who a token names, signed with one of these secrets; `key` is that of the page, which `aud` may name."""
    parts = token.split(".")
    if len(token) > MOST_TOKEN or len(parts) != _PARTS:
        return Flaw.MALFORMED
    head, claims, signature = _json(parts[0]), _json(parts[1]), _bytes(parts[2])
    if head is None or claims is None or signature is None:
        return Flaw.MALFORMED
    if head.get("alg") != "HS256" or "crit" in head:
        return Flaw.ALGORITHM
    said = f"{parts[0]}.{parts[1]}".encode()
    if not any(hmac.compare_digest(_signed(said, one), signature) for one in secrets):
        return Flaw.SIGNATURE
    return _flaw_of(claims, now, key) or _identity(claims)


def admitted(policy: IdentityPolicy, found: Identity | Flaw | None) -> Identity | Refusal | None:
    """Whom the workstream serves: a person who is known, a stranger (None), or nobody."""
    if policy is IdentityPolicy.OFF:
        return None
    if isinstance(found, Identity):
        return found
    if found is None:
        return Refusal(Reason.IDENTITY_NEEDED) if policy is IdentityPolicy.REQUIRED else None
    if policy is IdentityPolicy.OPTIONAL:
        return None
    return Refusal(Reason.IDENTITY_INVALID, {"flaw": found.value})


def _flaw_of(claims: Mapping[str, object], now: datetime, key: str) -> Flaw | None:
    expires, begins = _moment(claims.get("exp")), claims.get("nbf")
    if expires is None or (begins is not None and _moment(begins) is None):
        return Flaw.MALFORMED
    if expires + SLACK.total_seconds() <= now.timestamp():
        return Flaw.EXPIRED
    if expires > (now + LONGEST + SLACK).timestamp():
        return Flaw.TOO_LONG
    if begins is not None and (_moment(begins) or 0) > (now + SLACK).timestamp():
        return Flaw.TOO_EARLY
    meant = claims.get("aud")
    if meant is not None and key not in (meant if isinstance(meant, list) else [meant]):
        return Flaw.AUDIENCE
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.strip() or len(subject) > MOST_SUBJECT or "\0" in subject:
        return Flaw.SUBJECT
    return None


def _identity(claims: Mapping[str, object]) -> Identity:
    return Identity(
        subject=str(claims["sub"]),
        name=_line(claims.get("name"), MOST_NAME),
        email=_email(claims.get("email")),
    )


def _line(value: object, most: int) -> str | None:
    if not isinstance(value, str):
        return None
    return " ".join(value.replace("\0", " ").split())[:most].strip() or None


def _email(value: object) -> str | None:
    line = _line(value, MOST_EMAIL + 1)
    if line is None or len(line) > MOST_EMAIL or " " in line or line.count("@") != 1:
        return None
    return line if all(line.split("@")) else None


def _moment(value: object) -> float | None:
    """A NumericDate; what is none, or beyond every calendar, is nothing."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < FURTHEST:
        return None
    return float(value)


def _signed(said: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), said, hashlib.sha256).digest()


def _bytes(part: str) -> bytes | None:
    """Base64url without padding, and nothing beside it: one signature has one form."""
    try:
        found = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return None
    return found if base64.urlsafe_b64encode(found).rstrip(b"=").decode() == part else None


def _json(part: str) -> Mapping[str, object] | None:
    plain = _bytes(part)
    if plain is None:
        return None
    try:
        found = json.loads(plain.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None
