"""Sealing: secrets that the house has to say again, such as what signs webhooks, lie in the database encrypted.

AES-256-GCM under a key derived from the house's; what is sealed names its key, so that keys can be changed while both
are known, and opens only where it belongs: moved to another row it does not.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from valvomo.house_key import HouseKey

PURPOSE = "kept secrets"
_FORM = b"\x01"
_NAME_BYTES, _NONCE_BYTES = 8, 12


class NoKeyError(Exception):
    """There is no key to seal with; the operator has to set one."""


class UnopenableError(Exception):
    """None of the keys opens it, or it belongs elsewhere, or it was damaged."""


class Sealer:
    """`key` is asked for at first use. Where it is None nothing can be sealed.

    So it is where several processes may be at one database and each would make a key of its own.
    """

    def __init__(self, key: Callable[[], HouseKey | None] = lambda: None) -> None:
        self._key = key

    @cached_property
    def _keys(self) -> dict[bytes, AESGCM]:
        """Keys by name, the one that seals first."""
        house = self._key()
        derived = [HouseKey((one,)).derived(PURPOSE) for one in house.keys] if house else []
        return {
            hashlib.sha256(b"valvomo sealing " + one).digest()[:_NAME_BYTES]: AESGCM(one) for one in derived
        }

    @property
    def usable(self) -> bool:
        """Whether there is a key."""
        return bool(self._keys)

    def seal(self, secret: str, *where: str) -> bytes:
        """Sealed for its place (organization, kind of thing, id). Raises `NoKeyError`."""
        if not self._keys:
            raise NoKeyError
        name, key = next(iter(self._keys.items()))
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + name + nonce + key.encrypt(nonce, secret.encode(), _bound_to(where))

    def open(self, sealed: bytes, *where: str) -> str:
        """What was sealed for this place. Raises `UnopenableError`."""
        start = len(_FORM) + _NAME_BYTES
        key = self._keys.get(bytes(sealed[len(_FORM) : start]))
        if key is None or not sealed.startswith(_FORM):
            raise UnopenableError("it was sealed with a key that is not known here")
        try:
            nonce = bytes(sealed[start : start + _NONCE_BYTES])
            return key.decrypt(nonce, bytes(sealed[start + _NONCE_BYTES :]), _bound_to(where)).decode()
        except (InvalidTag, ValueError) as error:
            raise UnopenableError("it was damaged, or belongs elsewhere") from error


def _bound_to(where: tuple[str, ...]) -> bytes:
    return "\x1f".join(where).encode()
