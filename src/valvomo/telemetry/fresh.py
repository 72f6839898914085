"""An answer that is good for a moment: however many ask at once, the question is asked once."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Fresh(Generic[T]):
    """`ask` says in its answer what went wrong, rather than raise: those who wait for it wait once."""

    def __init__(self, ask: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._answer: tuple[float, T] | None = None

    async def get(self) -> T:
        """The answer, at most so many seconds old."""
        async with self._lock:
            if self._answer is None or time.monotonic() - self._answer[0] > self._seconds:
                answer = await self._ask()
                self._answer = (time.monotonic(), answer)
            return self._answer[1]

    @property
    def last(self) -> T | None:
        """The last answer, however old."""
        return None if self._answer is None else self._answer[1]
