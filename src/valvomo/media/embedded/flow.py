"""What comes all the time, for one reader who may be slow: the oldest is dropped, as what is now is what counts."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Generic, TypeVar

One = TypeVar("One")
MOST_UNREAD = 250
"""Five seconds of frames."""


class Flow(Generic[One]):
    """Read by `async for`, until it is ended and all of it has been read."""

    def __init__(self, most: int = MOST_UNREAD) -> None:
        self._unread: deque[One] = deque(maxlen=most)
        self._changed = asyncio.Event()
        self._ended = False

    def put(self, one: One) -> None:
        """It has come."""
        self._unread.append(one)
        self._changed.set()

    def end(self) -> None:
        """Nothing more comes."""
        self._ended = True
        self._changed.set()

    def __aiter__(self) -> Flow[One]:
        return self

    async def __anext__(self) -> One:
        while not self._unread:
            if self._ended:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        return self._unread.popleft()
