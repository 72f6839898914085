"""What is done about calls: of each call one thing after the other, while no call waits for another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from valvomo.db.calls import Key
from valvomo.jobs.rounds import by_itself

Work = Callable[[], Awaitable[None]]
Result = TypeVar("Result")


class Lanes:
    """One for a process that carries calls. `idle` is told whenever nothing is left to be done about a call."""

    def __init__(self, idle: Callable[[Key], None]) -> None:
        self._idle = idle
        self._waiting: dict[Key, deque[Work]] = {}
        self._begun: asyncio.Queue[Key] = asyncio.Queue()

    def busy(self, key: Key) -> bool:
        """Whether something is being done about this call, or is still to be."""
        return key in self._waiting

    def add(self, key: Key, work: Work) -> None:
        """Let this be done when what was added for the same call before is; nobody else waits for it."""
        if key in self._waiting:
            self._waiting[key].append(work)
        else:
            self._waiting[key] = deque([work])
            self._begun.put_nowait(key)

    async def do(self, key: Key, work: Callable[[], Awaitable[Result]]) -> Result:
        """The same, and wait for what comes of it."""
        done: asyncio.Future[Result] = asyncio.get_running_loop().create_future()

        async def doing() -> None:
            try:
                result = await work()
            except Exception as error:  # noqa: BLE001 - it is for whoever waits
                if not done.done():
                    done.set_exception(error)
            else:
                if not done.done():
                    done.set_result(result)

        self.add(key, doing)
        return await done

    async def run(self) -> None:
        """Do what there is to do, until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                group.create_task(self._go(await self._begun.get()))

    async def _go(self, key: Key) -> None:
        waiting = self._waiting[key]
        while waiting:
            with by_itself("calls.not_done", conversation=key[1]):
                await waiting.popleft()()
        del self._waiting[key]
        self._idle(key)
