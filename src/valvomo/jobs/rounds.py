"""A job that goes its round whenever something may have changed, and once in a while anyway."""

from __future__ import annotations

import asyncio
import contextlib
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass

import structlog

from valvomo.db.doorbell import Doorbell
from valvomo.db.lost import LOST

log = structlog.get_logger(__name__)

TROUBLE_SECONDS = 1.0


@dataclass(slots=True)
class RoundStatistics:
    """Of a job: `done` rounds, those that ended in `trouble` with the database, those that `failed` by a bug.

    `seconds` all of them took; `ended_at` the newest one, by the monotonic clock.
    """

    done: int = 0
    trouble: int = 0
    failed: int = 0
    seconds: float = 0.0
    ended_at: float | None = None


@contextlib.contextmanager
def by_itself(event: str, **of: object) -> Iterator[None]:
    """What goes wrong with one of many is told, as `event` with whose it was; no other one suffers from it."""
    try:
        yield
    except Exception:
        log.exception(event, **of)


class Rounds(ABC):
    """`every` is the longest pause between two rounds in seconds, `gather` the shortest.

    `words`: whether mere messages are a reason to go, `arrivals` what came over channels. `rest`: for how many seconds
    an organization in trouble is left alone (`in_each`).
    """

    every = 1.0
    gather = 0.02
    words = False
    arrivals = False
    rest = 0.0

    def __init__(self, bell: Doorbell | None = None) -> None:
        self.wake = asyncio.Event()
        self.statistics = RoundStatistics()
        self._resting: dict[str, float] = {}
        if bell is not None:
            bell.listen(self._rung, words=self.words, arrivals=self.arrivals)

    async def run(self) -> None:
        """Go rounds until cancelled; trouble with the database ends a round and never the job."""
        while True:
            self.wake.clear()
            pause = await self._go()
            await asyncio.sleep(self.gather)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every if pause is None else min(pause, self.every)):
                    await self.wake.wait()

    async def _go(self) -> float | None:
        statistics, began = self.statistics, time.monotonic()
        try:
            pause = await self.round()
        except Exception as error:  # noqa: BLE001 - one round must not end what the whole house relies on
            self._note_trouble(error)
            pause = TROUBLE_SECONDS
        else:
            statistics.done += 1
        statistics.ended_at = time.monotonic()
        statistics.seconds += statistics.ended_at - began
        return pause

    async def in_each(
        self, ids: Iterable[str], work: Callable[[str], Awaitable[bool]], *, of: str = "organization"
    ) -> bool:
        """Do this for each organization, or whatever else has an id; whether there is more to do at once in any.

        Trouble in one is told and counted, and no other one waits for it; it is left alone for `rest` seconds. Raises
        `OSError` when the database is away.
        """
        more = False
        for one in ids:
            if time.monotonic() < self._resting.get(one, 0.0):
                continue
            self._resting.pop(one, None)
            try:
                more = await work(one) or more
            except Exception as error:
                if isinstance(error, OSError) and not isinstance(error, TimeoutError):
                    raise
                self._note_trouble(error, **{of: one})
                self._resting[one] = time.monotonic() + self.rest
        return more

    def _note_trouble(self, error: Exception, **of: str) -> None:
        """Say and count what went wrong, and with whose."""
        if isinstance(error, LOST):
            log.warning("job.trouble", job=type(self).__name__, error=repr(error), **of)
            self.statistics.trouble += 1
        else:
            log.error("job.failed", job=type(self).__name__, exc_info=error, **of)
            self.statistics.failed += 1

    @abstractmethod
    async def round(self) -> float | None:
        """Do what there is to do; in how many seconds to look again, None for whenever."""

    def _rung(self, _organization_id: str) -> None:
        self.wake.set()
