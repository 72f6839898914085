"""Signatures as Standard Webhooks say (https://www.standardwebhooks.com), in both directions."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from valvomo.channels.port import UnverifiedError

PREFIX = "whsec_"
TOLERANCE_SECONDS = 300
"""By how much the sender's clock may differ from ours: what was recorded cannot be played again later."""
LONGEST_STAMP = 12
"""Digits of seconds that a clock shows."""
SHORTEST_KEY, LONGEST_KEY = 24, 64
"""Bytes of a secret, as the specification says."""


def key_of(secret: str) -> bytes:
    """The key in a secret such as `whsec_…`; raises `ValueError` for what is none."""
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("is not base64 after whsec_") from error
    if not secret.startswith(PREFIX) or not SHORTEST_KEY <= len(key) <= LONGEST_KEY:
        raise ValueError("must be whsec_ and 24 to 64 bytes in base64")
    return key


def signature(secret: str, one: str, seconds: str, body: bytes) -> str:
    """The signature of a body, with its version."""
    signed = f"{one}.{seconds}.".encode() + body
    digest = hmac.new(key_of(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def signed(secret: str, one: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that prove to the receiver who sent this and when; `one` stays the same when it is sent again."""
    seconds = str(int(at.timestamp()))
    return {
        "content-type": "application/json",
        "user-agent": "Valvomo",
        "webhook-id": one,
        "webhook-timestamp": seconds,
        "webhook-signature": signature(secret, one, seconds, body),
    }


def verify(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
    """The id of what was signed. Raises `UnverifiedError`."""
    one, seconds, given = (headers.get(f"webhook-{name}", "") for name in ("id", "timestamp", "signature"))
    if not one or not seconds.isascii() or not seconds.isdigit() or len(seconds) > LONGEST_STAMP:
        raise UnverifiedError
    if abs(now.timestamp() - int(seconds)) > TOLERANCE_SECONDS:
        raise UnverifiedError
    wanted = signature(secret, one, seconds, body).encode()
    matches = [hmac.compare_digest(wanted, each.encode("utf-8", "replace")) for each in given.split(" ")]
    if not any(matches):
        raise UnverifiedError
    return one
