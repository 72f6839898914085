"""What happens, from whom it happens to for who reads of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from valvomo.media.port import Happening

MOST_UNREAD = 10_000
"""Happenings that wait to be read; of more the oldest are dropped, as what is now is what counts."""


class News:
    """For one reader."""

    def __init__(self) -> None:
        self._unread: asyncio.Queue[Happening] = asyncio.Queue()

    def tell(self, happening: Happening) -> None:
        """It has happened."""
        if self._unread.qsize() >= MOST_UNREAD:
            self._unread.get_nowait()
        self._unread.put_nowait(happening)

    async def read(self) -> AsyncIterator[Happening]:
        """As it happens, without end."""
        while True:
            yield await self._unread.get()
