"""Natural batching of readings: while one is under way, the next ones gather and are read together.

Whoever asks first reads for all who have asked until then, and hands on to the first of those who came meanwhile. So
there is no task that would have to run, nobody works for others for longer than one reading, and one who goes away
takes nobody along.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Generic, TypeVar

MOST = 32
"""Questions of one reading."""

K = TypeVar("K")
V = TypeVar("V")


class _Turn(Enum):
    YOURS = "yours"


class Batches(Generic[K, V]):
    """`read` answers several questions in their order."""

    def __init__(self, read: Callable[[Sequence[K]], Awaitable[Sequence[V]]], most: int = MOST) -> None:
        self._read = read
        self._most = most
        self._waiting: deque[tuple[K, asyncio.Future[V | _Turn]]] = deque()
        self._busy = False

    async def ask(self, key: K) -> V:
        """The answer to one question. Raises what reading raises."""
        if self._busy:
            future: asyncio.Future[V | _Turn] = asyncio.get_running_loop().create_future()
            self._waiting.append((key, future))
            try:
                answer = await future
            except asyncio.CancelledError:
                if future.done() and not future.cancelled() and future.exception() is None:
                    # The turn may have come together with the end.
                    self._pass_on(only_if=future.result() is _Turn.YOURS)
                raise
            if not isinstance(answer, _Turn):
                return answer
        self._busy = True
        return await self._lead(key)

    async def _lead(self, key: K) -> V:
        others = [self._waiting.popleft() for _ in range(min(self._most - 1, len(self._waiting)))]
        others = [one for one in others if not one[1].done()]
        try:
            first, *rest = await self._read([key, *(one for one, _ in others)])
        except Exception as error:
            for _, future in others:
                if not future.done():
                    future.set_exception(error)
            raise
        else:
            for (_, future), answer in zip(others, rest, strict=True):
                if not future.done():
                    future.set_result(answer)
            return first
        finally:
            # Cancelled in the middle: those who were asked for are asked for again, before the others.
            self._waiting.extendleft(reversed([one for one in others if not one[1].done()]))
            self._pass_on()

    def _pass_on(self, *, only_if: bool = True) -> None:
        if not only_if:
            return
        while self._waiting:
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_result(_Turn.YOURS)
                return
        self._busy = False
