"""A job that goes its round whenever something may have changed, and once in a while anyway."""

from __future__ import annotations

import asyncio
import contextlib
from abc import ABC, abstractmethod

import asyncpg
import structlog

from valvomo.db.doorbell import Doorbell

log = structlog.get_logger(__name__)

TROUBLE_SECONDS = 1.0


class Rounds(ABC):
    """`every` is the longest pause between two rounds in seconds, `gather` the shortest.

    `words`: whether mere messages are a reason to go.
    """

    every = 1.0
    gather = 0.02
    words = False

    def __init__(self, bell: Doorbell | None = None) -> None:
        self.wake = asyncio.Event()
        if bell is not None:
            bell.listen(self._rung, words=self.words)

    async def run(self) -> None:
        """Go rounds until cancelled; trouble with the database ends a round and never the job."""
        while True:
            self.wake.clear()
            try:
                pause = await self.round()
            except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                log.warning("job.trouble", job=type(self).__name__, error=repr(error))
                pause = TROUBLE_SECONDS
            except Exception:
                # One round that went wrong must not end what the whole house relies on.
                log.exception("job.failed", job=type(self).__name__)
                pause = TROUBLE_SECONDS
            await asyncio.sleep(self.gather)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every if pause is None else min(pause, self.every)):
                    await self.wake.wait()

    @abstractmethod
    async def round(self) -> float | None:
        """Do what there is to do; in how many seconds to look again, None for whenever."""

    def _rung(self, _organization_id: str) -> None:
        self.wake.set()
