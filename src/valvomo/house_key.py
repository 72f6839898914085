"""The house's own key: it signs and encrypts. From ``VALVOMO_SECRET_KEY``, else from a file made at first use.

Several keys, with commas between them, are for changing it: the first is used for what is new, the others still open
what is old.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import NamedTuple

BYTES = 32
FILE = "secret.key"
"""In the data folder, readable by its owner alone."""


class HouseKey(NamedTuple):
    """The keys, the one in use first; never empty."""

    keys: tuple[bytes, ...]

    def derived(self, purpose: str) -> bytes:
        """A key of its own for a purpose: one that leaks says nothing of the others (HKDF of RFC 5869)."""
        extracted = hmac.digest(b"valvomo", self.keys[0], hashlib.sha256)
        return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)

    def __repr__(self) -> str:
        return f"HouseKey({len(self.keys)} keys)"


def keys_of(text: str) -> tuple[bytes, ...]:
    """The keys that a setting gives, in base64. Raises `ValueError`, which never says what was given."""
    found = []
    for word in text.split(","):
        try:
            key = base64.b64decode(word.strip(), validate=True)
        except (binascii.Error, ValueError) as error:
            raise ValueError("must be base64") from error
        if len(key) != BYTES:
            raise ValueError(f"must be {BYTES} bytes in base64")
        found.append(key)
    return tuple(found)


def house_key(setting: str, data: Path) -> HouseKey:
    """The key that the setting gives, or else the one in the data folder, which is made if there is none.

    Raises `ValueError` when the file does not hold one, and `OSError` when it can be neither read nor made.
    """
    return HouseKey(keys_of(setting) if setting else (_kept(data / FILE),))


def _kept(path: Path) -> bytes:
    with contextlib.suppress(FileNotFoundError):
        return keys_of(path.read_text(encoding="ascii"))[0]
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        with os.fdopen(
            os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii"
        ) as file:
            file.write(base64.b64encode(secrets.token_bytes(BYTES)).decode())
            file.flush()
            os.fsync(file.fileno())
        # Two processes may begin at once: the first one's key is the house's, whole.
        with contextlib.suppress(FileExistsError):
            os.link(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return keys_of(path.read_text(encoding="ascii"))[0]
