"""People who only look: their screens are kept through everything, and compared with what is true."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from valvomo.demo.people.http import Http, new_client
from valvomo.demo.people.screen import Screen
from valvomo.demo.people.stream import Frame, Stream
from valvomo.demo.people.tally import Tally

PATIENCE = 60.0
"""Seconds in which a screen becomes what a fresh one is, once nothing happens any more."""
BETWEEN_LOOKS = 0.25


@dataclass(slots=True, kw_only=True)
class Watcher:
    """Somebody signed in, whose screen stays open; fresh ones are opened to compare it with."""

    address: str
    cookie: str
    screen: Screen

    async def run(self) -> None:
        """Keep the screen open, until cancelled."""
        await self._stream(self.screen.hello, self.screen.take).run()

    async def compare(self) -> list[str]:
        """Differences that stay; none when the screen shows what is true."""
        found: list[str] = []
        try:
            async with asyncio.timeout(PATIENCE):
                while True:
                    found = [f"{self.screen.name}: no fresh screen could be had"]
                    found = self.screen.differences(await self._fresh())
                    if not found:
                        return []
                    await asyncio.sleep(BETWEEN_LOOKS)
        except TimeoutError:
            return found

    async def _fresh(self) -> Screen:
        """What somebody sees who opens the page now."""
        fresh = Screen(name=self.screen.name, broken=lambda _sentence: None, topics=self.screen.topics)
        complete = asyncio.Event()

        def take(frame: Frame) -> None:
            fresh.take(frame)
            if fresh.complete:
                complete.set()

        async with asyncio.TaskGroup() as group:
            listening = group.create_task(self._stream(fresh.hello, take).run())
            await complete.wait()
            listening.cancel()
        return fresh

    def _stream(self, hello: Callable[[], Iterable[Frame]], take: Callable[[Frame], None]) -> Stream:
        return Stream(f"{self.address}/api/v1/live", hello, take, lambda: {"Cookie": self.cookie})


@dataclass(slots=True, kw_only=True)
class Watchers:
    """All of them."""

    tally: Tally
    people: list[Watcher] = field(default_factory=list)

    @property
    def shown(self) -> Counter[str]:
        """Rows on all screens together, by topic."""
        found: Counter[str] = Counter()
        for one in self.people:
            found.update({topic: len(rows) for topic, rows in one.screen.rows.items()})
        return found

    async def compare(self) -> None:
        """Every screen against a fresh one; nothing may happen meanwhile. A difference is a broken promise."""
        async with asyncio.TaskGroup() as group:
            looks = [group.create_task(one.compare()) for one in self.people]
        for look in looks:
            for sentence in look.result():
                self.tally.promise_broken(sentence)
            self.tally.count("screens compared")


@asynccontextmanager
async def watching(
    address: str, people: Sequence[tuple[str, str]], count: int, tally: Tally
) -> AsyncIterator[Watchers]:
    """So many screens of these people (address and password) in turn, open meanwhile.

    Raises `RefusedError` when somebody cannot sign in, `UnreachableError` when the server is not there.
    """
    cookies = [await _signed_in(address, *one) for one in people[:count]]
    watchers = Watchers(tally=tally)
    for number in range(count):
        email = people[number % len(people)][0]
        screen = Screen(name=f"screen {number + 1} of {email}", broken=tally.promise_broken)
        watchers.people.append(Watcher(address=address, cookie=cookies[number % len(people)], screen=screen))
    failed: Exception | None = None
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.run()) for one in watchers.people]
        try:
            yield watchers
        except Exception as error:  # noqa: BLE001 - raised below: the group would wrap it
            failed = error
        finally:
            for task in tasks:
                task.cancel()
    if failed is not None:
        raise failed


async def _signed_in(address: str, email: str, password: str) -> str:
    """The session's cookie."""
    async with new_client(address) as client:
        await Http(client).post("/api/v1/session", {"email": email, "password": password})
        return "; ".join(f"{one.name}={one.value}" for one in client.cookies.jar)
