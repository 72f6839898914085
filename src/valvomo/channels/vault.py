"""The vault: seals what opens accounts at providers, each to the account that it belongs to."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from valvomo.house_key import HouseKey, NoKeyError, Sealing, UnopenableError

__all__ = ["NoKeyError", "UnopenableError", "Vault"]

PURPOSE = "channel secrets"
S = TypeVar("S", bound=msgspec.Struct)


class Vault:
    """`key` is asked for at first use; where it is None, nothing can be sealed or opened."""

    def __init__(self, key: Callable[[], HouseKey | None]) -> None:
        self._sealing = Sealing(key, purpose=PURPOSE, word=b"valvomo vault ")

    @property
    def usable(self) -> bool:
        """Whether there is a key."""
        return self._sealing.usable

    def seal(self, secrets: msgspec.Struct, account: tuple[str, str]) -> bytes:
        """Sealed for the account (organization, id). Raises `NoKeyError`, or `UnreadableKeyError`."""
        return self._sealing.sealed(msgspec.json.encode(secrets), *account)

    def open(self, sealed: bytes, account: tuple[str, str], kind: type[S]) -> S:
        """What was sealed. Raises `UnopenableError`."""
        plain = self._sealing.opened(sealed, *account)
        try:
            return msgspec.json.decode(plain, type=kind)
        except (ValueError, msgspec.MsgspecError) as error:
            raise UnopenableError("it is none of what this provider is opened with") from error
