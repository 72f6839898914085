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
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

BYTES = 32
_FORM = b"\x01"
_NAME_BYTES, _NONCE_BYTES = 8, 12
FILE = "secret.key"
"""In the data folder, readable by its owner alone."""


class UnreadableKeyError(ValueError):
    """The file in which the house's key is kept cannot be read, or holds none; `str` says which, and why."""


class NoKeyError(Exception):
    """There is no key to seal with; the operator has to set one."""


class UnopenableError(Exception):
    """None of the keys opens it, or it belongs elsewhere, or it was damaged, or there is no key to be had."""


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

    Raises `UnreadableKeyError` when the file does not hold one, or can be neither read nor made.
    """
    if setting:
        return HouseKey(keys_of(setting))
    path = data / FILE
    try:
        return HouseKey((_kept(path),))
    except OSError as error:
        raise UnreadableKeyError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise UnreadableKeyError(f"{path} holds no key: it {error}") from error


class Sealing:
    """AES-256-GCM under a key derived from the house's, for one `purpose`.

    What is sealed names its key by the beginning of its digest (with `word` before it), so that keys can be changed
    while both are known: the first one seals, any of them opens. Moved to another place it does not open. `key` is
    asked for at first use. Where it is None nothing can be sealed: so it is where several processes may be at one
    database and each would make a key of its own.
    """

    def __init__(self, key: Callable[[], HouseKey | None], *, purpose: str, word: bytes) -> None:
        self._key = key
        self._purpose = purpose
        self._word = word

    @cached_property
    def _keys(self) -> dict[bytes, AESGCM]:
        """Keys by name, the one that seals first. Raises `UnreadableKeyError`, and asks again the next time."""
        house = self._key()
        derived = [HouseKey((one,)).derived(self._purpose) for one in house.keys] if house else []
        return {hashlib.sha256(self._word + one).digest()[:_NAME_BYTES]: AESGCM(one) for one in derived}

    @property
    def usable(self) -> bool:
        """Whether there is a key."""
        try:
            return bool(self._keys)
        except UnreadableKeyError:
            return False

    def sealed(self, plain: bytes, *where: str) -> bytes:
        """Sealed for its place. Raises `NoKeyError`, or `UnreadableKeyError`."""
        if not self._keys:
            raise NoKeyError
        name, key = next(iter(self._keys.items()))
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + name + nonce + key.encrypt(nonce, plain, _bound_to(where))

    def mark(self, plain: bytes, *where: str) -> str:
        """The same for the same again, and tells nobody without the key what it was; empty where there is no key."""
        house = self._key()
        if house is None:
            return ""
        key = house.derived(f"{self._purpose}: marks")
        return hmac.digest(key, _bound_to(where) + b"\x00" + plain, hashlib.sha256).hex()

    def opened(self, sealed: bytes, *where: str) -> bytes:
        """What was sealed for this place. Raises `UnopenableError`."""
        start = len(_FORM) + _NAME_BYTES
        try:
            key = self._keys.get(bytes(sealed[len(_FORM) : start]))
        except UnreadableKeyError as error:
            raise UnopenableError(str(error)) from error
        if key is None or not sealed.startswith(_FORM):
            raise UnopenableError("it was sealed with a key that is not known here")
        nonce = bytes(sealed[start : start + _NONCE_BYTES])
        try:
            return key.decrypt(nonce, bytes(sealed[start + _NONCE_BYTES :]), _bound_to(where))
        except (InvalidTag, ValueError) as error:
            raise UnopenableError("it was damaged, or belongs elsewhere") from error


def _bound_to(where: tuple[str, ...]) -> bytes:
    return "\x1f".join(where).encode()


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
