"""Telling browsers who is in their calls and how they do: at once what has changed, and now and then all of it."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Collection

import msgspec
import structlog

from valvomo.bus.port import Bus
from valvomo.jobs.calls.attended import Attended
from valvomo.jobs.rounds import by_itself
from valvomo.live.calls import CHANNEL

TELL_SECONDS = 0.2
"""Between two words about a call to its browsers, at least."""
TURNS = 10
"""Of so many looks one measures a call, and tells of it though nothing has changed: each call has its own turn."""

log = structlog.get_logger(__name__)


class Saying:
    """One for a process that carries calls. `calls` are those that are here."""

    def __init__(self, bus: Bus, calls: Callable[[], Collection[Attended]]) -> None:
        self._bus = bus
        self._calls = calls
        self._measured: set[Attended] = set()

    async def run(self) -> None:
        """Tell until cancelled. Each is measured beside: an engine that is slow for one delays no word about others."""
        async with asyncio.TaskGroup() as group:
            for turn in itertools.cycle(range(TURNS)):
                for attended in list(self._calls()):
                    again = hash(attended.key) % TURNS == turn
                    if again and attended not in self._measured:
                        self._measured.add(attended)
                        group.create_task(self._measure(attended))
                    if attended.news or again:
                        self.say(attended)
                await asyncio.sleep(TELL_SECONDS)

    def say(self, attended: Attended) -> None:
        """Tell of this call now."""
        attended.news = False
        self._bus.publish(CHANNEL, msgspec.json.encode(attended.signal()).decode())

    async def _measure(self, attended: Attended) -> None:
        with by_itself("calls.not_measured", conversation=attended.key[1]):
            try:
                await attended.measure()
            except ConnectionError as error:
                log.warning("calls.engine_away", error=repr(error))
            finally:
                self._measured.discard(attended)
