"""What happens on a trunk, from whoever tells it to the one who reads it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from valvomo.trunks.port import Happening, Sound

MOST_SOUNDS = 1_000
"""Pieces of sound that wait for the reader; of more, the newest are dropped until it has caught up."""


class News:
    """For one reader. Nothing is forgotten but sound, when the reader is slow."""

    def __init__(self) -> None:
        self._waiting: deque[Happening] = deque()
        self._sounds = 0
        self._there = asyncio.Event()

    def tell(self, one: Happening) -> None:
        """Something happens."""
        if isinstance(one, Sound):
            if self._sounds >= MOST_SOUNDS:
                return
            self._sounds += 1
        self._waiting.append(one)
        self._there.set()

    async def read(self) -> AsyncIterator[Happening]:
        """All of it, in order, without end."""
        while True:
            while self._waiting:
                one = self._waiting.popleft()
                self._sounds -= isinstance(one, Sound)
                yield one
            self._there.clear()
            await self._there.wait()
