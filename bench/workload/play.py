"""Plays the workload with the people of one system, and says what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import msgspec

from workload import schedule
from workload.ledger import TIMED_OUT, Ledger, by_customer, text_of
from workload.people import People
from workload.schedule import Arrive, Close, Event, Speak, Step

LOOK = 0.1
"""Seconds between looks at whether everything has been seen."""
AT_ONCE = 8
"""Conversations that are opened at a time."""
OPENING = 240.0
"""Seconds after which whoever has not been let in gives up."""
COUNTED = ("errors", "timeouts", "lost", "doubled", "disordered", "misplaced", "unshown", "untrue")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What to play. `pause` and `last_word` as in `schedule`; `settle` seconds are played first and not measured."""

    kind: str
    seconds: float
    pause: float = 10.0
    seed: int = 1
    settle: float = 0.0
    last_word: float = schedule.LAST_WORD


class Played(msgspec.Struct, kw_only=True):
    """What came of a part. Waits in seconds; `delivered` is what was seen by the other side while it was measured.

    `said` counts everything from the beginning, for the rows that must be there. `accepted` are waits for the answer.
    `used` is whatever the caller samples, by how much it grew while measuring.
    """

    kind: str
    seconds: float
    said: int
    delivered: int
    to_agents: list[float]
    to_customers: list[float]
    accepted: list[float]
    arrivals: list[float]
    shown: list[float]
    faults: dict[str, int]
    notes: list[str]
    used: list[float] = []


@dataclass(slots=True, kw_only=True)
class Player:
    """`sample` gives numbers that grow, such as processor seconds; `there` are the conversations under way."""

    people: People
    ledger: Ledger
    supervisors: int = 0
    sample: Callable[[], list[float]] = list
    there: list[int] = field(default_factory=list)
    upcoming: int = 0
    _turn: dict[tuple[int, bool], asyncio.Lock] = field(default_factory=dict)
    _ready: dict[int, asyncio.Event] = field(default_factory=dict)
    _accepted: list[float] = field(default_factory=list)
    _arrivals: list[float] = field(default_factory=list)

    async def gather(self, conversations: int) -> None:
        """Everybody comes, and so many conversations are opened in addition to those that are there."""
        wanted = range(self.upcoming, self.upcoming + conversations)
        self.upcoming = wanted.stop
        gate = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            async with gate:
                await self.people.arrive(number)
            self.there.append(number)

        async with asyncio.timeout(OPENING), asyncio.TaskGroup() as group:
            for number in wanted:
                group.create_task(one(number))
        self.there.sort()

    async def first(self) -> None:
        """The first message of the first conversation has been seen."""
        await self._exchange(self.there[0])

    async def play(self, part: Part) -> Played:
        """One part; ends when everything has been seen, or has timed out."""
        self._accepted, self._arrivals = [], []
        paced = part.kind != "ceiling"
        watchers = self.supervisors if paced and self.people.watches else 0
        if watchers:
            self.people.watch(watching=True)
            await asyncio.sleep(1.0)
        started = time.perf_counter() + 0.1
        begin = started + part.settle
        self.ledger.begin(watchers, begin)
        running = self._paced(part, started) if paced else self._loops(started, begin + part.seconds)
        async with asyncio.TaskGroup() as group:
            measuring = group.create_task(self._measure(begin, part.seconds))
            group.create_task(running)
        delivered, used = measuring.result()
        await self._drain()
        self.ledger.close()
        self.ledger.faults.untrue = await self.people.untrue()
        if watchers:
            self.people.watch(watching=False)
        faults = self.ledger.faults
        to_agents, to_customers = self.ledger.waits()
        return Played(
            kind=part.kind, seconds=part.seconds, said=self.ledger.total, delivered=delivered, to_agents=to_agents,
            to_customers=to_customers, accepted=self._accepted, arrivals=self._arrivals,
            shown=self.ledger.shown_waits, used=used, notes=faults.notes,
            faults={name: getattr(faults, name) for name in COUNTED},
        )  # fmt: skip

    async def _measure(self, begin: float, seconds: float) -> tuple[int, list[float]]:
        await _until(begin)
        before = self.sample()
        await _until(begin + seconds)
        used = [late - early for early, late in zip(before, self.sample(), strict=True)]
        within = [said.seen for said in self.ledger.said.values() if said.seen is not None]
        return sum(begin <= seen < begin + seconds for seen in within), used

    async def _paced(self, part: Part, started: float) -> None:
        there, seconds = range(self.there[0], self.there[-1] + 1), part.settle + part.seconds
        if part.kind == "churn":
            plan = schedule.churn(there, seconds, part.pause, part.seed, last_word=part.last_word)
        else:
            plan = schedule.floor(there, seconds, part.pause, part.seed)
        async with asyncio.TaskGroup() as group:
            for event in plan:
                await _until(started + event.at)
                group.create_task(self._happen(event, started + event.at))
        self.upcoming = max(
            [self.upcoming, *(event.conversation + 1 for event in plan if isinstance(event, Arrive))]
        )

    async def _happen(self, event: Event, due: float) -> None:
        """A failure is counted, and so is what then cannot be seen."""
        try:
            async with asyncio.timeout(TIMED_OUT):
                match event:
                    case Speak(conversation=one):
                        await self._speak(one, due)
                    case Arrive(conversation=one):
                        await self._arrive(one, due)
                    case Close(conversation=one):
                        await self._close(one)
                    case Step(agent=agent, away=away):
                        await self.people.step(agent, away)
        except (OSError, RuntimeError, TimeoutError) as error:
            self.ledger.faults.errors += 1
            self.ledger.faults.note(f"{event}: {error!r}")

    async def _arrive(self, one: int, due: float) -> None:
        ready = self._ready[one] = asyncio.Event()
        await self.people.arrive(one)
        self.there.append(one)
        number = await self._speak(one, due)
        ready.set()
        seen = await self.ledger.said[one, number].arrived
        if due >= self.ledger.measured_from:
            self._arrivals.append(seen - due)

    async def _close(self, one: int) -> None:
        if one in self._ready:
            await self._ready[one].wait()
        self.there.remove(one)
        await self.people.close(one)

    async def _speak(self, one: int, due: float) -> int:
        """One after the other for each side, as people write; waiting for one's turn counts."""
        if one in self._ready and one not in self.there:
            await self._ready[one].wait()
        number = self.ledger.say(one, due)
        side = by_customer(number)
        async with self._turn.setdefault((one, side), asyncio.Lock()):
            await self.people.say(one, side, text_of(one, number))
        self._accepted.append(time.perf_counter() - due)
        return number

    async def _loops(self, started: float, until: float) -> None:
        """In every conversation each writes when they have seen the other's words."""
        await _until(started)
        async with asyncio.TaskGroup() as group:
            for one in self.there:
                group.create_task(self._loop(one, until))

    async def _loop(self, one: int, until: float) -> None:
        try:
            while time.perf_counter() < until:
                await self._exchange(one)
        except (OSError, RuntimeError, TimeoutError) as error:
            self.ledger.faults.errors += 1
            self.ledger.faults.note(f"{one}: {error!r}")

    async def _exchange(self, one: int) -> None:
        begun = time.perf_counter()
        async with asyncio.timeout(TIMED_OUT):
            number = await self._speak(one, begun)
            await self.ledger.said[one, number].arrived

    async def _drain(self) -> None:
        until = max([said.due for said in self.ledger.said.values()], default=0.0) + TIMED_OUT
        while self.ledger.open() and time.perf_counter() < until:  # noqa: ASYNC110 - sampling is cheaper than events
            await asyncio.sleep(LOOK)


async def _until(moment: float) -> None:
    await asyncio.sleep(max(0.0, moment - time.perf_counter()))
