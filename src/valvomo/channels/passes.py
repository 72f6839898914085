"""Passes: what opens an account for a while, given out by a server for what opens it for good.

Where that may be used once only, because each answer brings what is used the next time, two that ask at the same time
would lock both of them out. So one asks at a time, in all processes, and what comes of it is everybody's.
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any, Protocol

import msgspec


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """Opens the account until then; `mark` says for what it was given out."""

    token: str
    until: datetime
    mark: str


class Turn(Protocol):
    """Nobody else asks meanwhile. `secrets` and `known`, the pass, are as they are kept `at` this moment."""

    secrets: Any
    known: Pass | None
    at: datetime

    async def keep(self, made: Pass, secrets: Any) -> None:
        """These are the account's from now on, unless an administrator has filled in others meanwhile."""
        ...


class Passes(Protocol):
    """Those of one account."""

    def turn(self) -> AbstractAsyncContextManager[Turn]:
        """Raises `UnavailableError` where somebody else does not come to an end."""
        ...
