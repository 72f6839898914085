"""Sealing: secrets that the house has to say again, such as what signs webhooks, lie in the database encrypted."""

from __future__ import annotations

from collections.abc import Callable

from valvomo.house_key import HouseKey, NoKeyError, Sealing, UnopenableError

__all__ = ["NoKeyError", "Sealer", "UnopenableError"]

PURPOSE = "kept secrets"


class Sealer:
    """`key` is asked for at first use. Where it is None nothing can be sealed."""

    def __init__(self, key: Callable[[], HouseKey | None] = lambda: None) -> None:
        self._sealing = Sealing(key, purpose=PURPOSE, word=b"valvomo sealing ")

    @property
    def usable(self) -> bool:
        """Whether there is a key."""
        return self._sealing.usable

    def seal(self, secret: str, *where: str) -> bytes:
        """Sealed for its place (organization, kind of thing, id). Raises `NoKeyError`, or `UnreadableKeyError`."""
        return self._sealing.sealed(secret.encode(), *where)

    def mark(self, secret: str, *where: str) -> str:
        """What a secret is recognized by when it is said again, and by nothing else; empty without a key."""
        return self._sealing.mark(secret.encode(), *where)

    def open(self, sealed: bytes, *where: str) -> str:
        """What was sealed for this place. Raises `UnopenableError`."""
        try:
            return self._sealing.opened(sealed, *where).decode()
        except UnicodeDecodeError as error:
            raise UnopenableError("it was damaged, or belongs elsewhere") from error
