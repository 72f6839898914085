"""What a question is asked with: a read-only transaction in which every statement sees the same moment."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from valvomo.db.transaction import Transaction


class Reader(Protocol):
    """Where questions are asked. `Database` is one."""

    def reading(self) -> AbstractAsyncContextManager[Transaction]:
        """A read-only transaction."""
        ...
