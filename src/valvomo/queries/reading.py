"""What a question is asked with: a transaction in which every statement sees the same moment, or one statement."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from valvomo.db.transaction import Transaction

Rest = Callable[[float], Awaitable[None]]
"""Called after each piece of work that is one of many, with the seconds that it took."""


class Reader(Protocol):
    """Where questions are asked. `Database` is one."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """A read-only transaction."""
        ...

    def asking(self) -> AbstractAsyncContextManager[Transaction]:
        """For a question that is one statement."""
        ...
