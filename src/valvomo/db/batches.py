"""Natural batching: while one question is under way, the next ones gather and share a statement or a transaction.

Whoever asks first does it for all who have asked until then, and hands on to the first of those who came meanwhile. So
there is no task that would have to run, nobody works for others for longer than one batch, and one who goes away takes
nobody along.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from enum import Enum
from typing import Generic, TypeVar

import structlog

MOST = 32
"""Questions of one batch."""

K = TypeVar("K")
V = TypeVar("V")

log = structlog.get_logger(__name__)


class _Turn(Enum):
    YOURS = "yours"


class Batches(Generic[K, V]):
    """`answer` answers several questions in their order, all or none.

    `singly`: where that fails each is asked alone, so that what is wrong with one costs nobody else anything. What is
    written so must bear being written twice: it is, for those who wait still, if whoever writes for all is cancelled.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[K]], Awaitable[Sequence[V]]],
        most: int = MOST,
        *,
        singly: bool = False,
    ) -> None:
        self._answer = answer
        self._most = most
        self._singly = singly
        self._waiting: deque[tuple[K, asyncio.Future[V | _Turn]]] = deque()
        self._busy = False

    async def ask(self, key: K) -> V:
        """The answer to one question. Raises what answering raises."""
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
            first, *rest = await self._answers([key, *(one for one, _ in others)])
            for (_, future), answer in zip(others, rest, strict=True):
                _tell(future, answer)
            if isinstance(first, Exception):
                raise first
            return first
        finally:
            # Cancelled in the middle: those who were asked for are asked for again, before the others.
            self._waiting.extendleft(reversed([one for one in others if not one[1].done()]))
            self._pass_on()

    async def _answers(self, keys: Sequence[K]) -> Sequence[V | Exception]:
        try:
            return await self._answer(keys)
        except Exception as error:  # noqa: BLE001 - whatever it was, those who ask are told
            if not self._singly or len(keys) == 1:
                return [error] * len(keys)
            log.warning("batch.failed", size=len(keys), error=repr(error))
        return [(await self._answers([one]))[0] for one in keys]

    def _pass_on(self, *, only_if: bool = True) -> None:
        if not only_if:
            return
        while self._waiting:
            _, future = self._waiting.popleft()
            if not future.done():
                future.set_result(_Turn.YOURS)
                return
        self._busy = False


def _tell(future: asyncio.Future[V | _Turn], answer: V | Exception) -> None:
    if future.done():
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)
