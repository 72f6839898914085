"""The vault: seals what opens accounts at providers (AES-256-GCM), each to the account that it belongs to.

What is sealed names the key by the beginning of its digest, so that several keys can be known while they are changed:
the first one seals, any of them opens. A sealed secret that is moved to another account does not open there.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from valvomo.house_key import HouseKey

PURPOSE = "channel secrets"
_FORM = b"\x01"
_NAME_BYTES, _NONCE_BYTES = 8, 12
S = TypeVar("S", bound=msgspec.Struct)


class NoKeyError(Exception):
    """There is no key to seal with; the operator has to set one."""


class UnopenableError(Exception):
    """None of the keys opens it, or it is another account's, or it was damaged."""


class Vault:
    """`key` is asked for at first use; where it is None, nothing can be sealed or opened.

    So it is where several processes may be at one database and each would make a key of its own.
    """

    def __init__(self, key: Callable[[], HouseKey | None]) -> None:
        self._key = key

    @cached_property
    def _keys(self) -> dict[bytes, AESGCM]:
        """Keys by name, the one that seals first."""
        house = self._key()
        derived = [HouseKey((one,)).derived(PURPOSE) for one in house.keys] if house else []
        return {_name(key): AESGCM(key) for key in derived}

    @property
    def usable(self) -> bool:
        """Whether there is a key."""
        return bool(self._keys)

    def seal(self, secrets: msgspec.Struct, account: tuple[str, str]) -> bytes:
        """Sealed for the account (organization, id). Raises `NoKeyError`."""
        if not self._keys:
            raise NoKeyError
        name, key = next(iter(self._keys.items()))
        nonce = os.urandom(_NONCE_BYTES)
        return _FORM + name + nonce + key.encrypt(nonce, msgspec.json.encode(secrets), _bound_to(account))

    def open(self, sealed: bytes, account: tuple[str, str], kind: type[S]) -> S:
        """What was sealed. Raises `UnopenableError`."""
        start = len(_FORM) + _NAME_BYTES
        key = self._keys.get(sealed[len(_FORM) : start])
        if key is None or not sealed.startswith(_FORM):
            raise UnopenableError("it was sealed with a key that is not known here")
        try:
            plain = key.decrypt(
                sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :], _bound_to(account)
            )
            return msgspec.json.decode(plain, type=kind)
        except (InvalidTag, ValueError, msgspec.MsgspecError) as error:
            raise UnopenableError("it was damaged, or is another account's") from error


def _name(key: bytes) -> bytes:
    return hashlib.sha256(b"valvomo vault " + key).digest()[:_NAME_BYTES]


def _bound_to(account: tuple[str, str]) -> bytes:
    return "\x1f".join(account).encode()
