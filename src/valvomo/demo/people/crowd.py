"""Everybody together: agents on their shifts, customers coming and going. One person's failure stays theirs."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import httpx
import structlog

from valvomo.demo.people.customer import Customer, temperament
from valvomo.demo.people.doors import Door, doors_of, doors_with, errand
from valvomo.demo.people.http import Http, RefusedError, UnreachableError, new_client
from valvomo.demo.people.matters import LANGUAGES, language
from valvomo.demo.people.memory import Remembered, keep, recall
from valvomo.demo.people.shift import Shift
from valvomo.demo.people.visit import Visit
from valvomo.demo.people.watchers import Watchers, watching
from valvomo.demo.people.world import World

log = structlog.get_logger(__name__)

RESTS = 5.0
"""Seconds before somebody who failed begins again."""
LONGEST_PAUSE = 10.0
AT_ONCE = 0.1
"""Seconds between the first customers, until the house is full."""
LOOKING_BACK = 20.0
CASES = 5
CASE_LASTS = 900.0
BETWEEN_CASES = 75.0


class NobodyError(Exception):
    """No agent could sign in, or no customer can come in; says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who comes to which server. `rate` is how many customers may come in a second; `cases` opens records too.

    With `looks_back` everybody who is interrupted at the end compares what they have read with what is stored.
    `screens` are open all the time, of `watchers` and agents in turn, and compared with fresh ones at the end.
    `memory` is a file by which customers find back to their conversations after a restart.
    """

    address: str
    agents: tuple[tuple[str, str], ...]
    customers: int
    rate: float
    keys: tuple[str, ...] = ()
    cases: bool = True
    looks_back: bool = False
    screens: int = 0
    watchers: tuple[tuple[str, str], ...] = ()
    memory: Path | None = None
    seed: int = 0


@dataclass(slots=True, kw_only=True)
class Crowd:
    """The people of one simulation."""

    plan: Plan
    world: World
    present: int = 0
    on_shift: int = 0
    watchers: Watchers | None = None
    _visits: set[Visit] = field(default_factory=set)
    _cases: deque[float] = field(default_factory=deque)

    async def run(self) -> None:
        """Until cancelled. Raises `NobodyError` when it cannot begin at all."""
        plan = self.plan
        async with (
            new_client(plan.address, plan.customers + 16) as client,
            _Cloakroom() as clients,
            watching(
                plan.address, (*plan.watchers, *plan.agents), plan.screens, self.world.tally
            ) as watchers,
        ):
            self.watchers = watchers
            shifts = [self._shift(clients.new(plan.address), *one) for one in plan.agents]
            signed_in = await self._sign_in(shifts)
            doors = await self._doors(client, signed_in)
            self.world.pace.begin()
            try:
                async with asyncio.TaskGroup() as group:
                    for shift in signed_in:
                        group.create_task(self._kept_up("agent", shift.run))
                    if plan.cases and signed_in:
                        group.create_task(self._kept_up("clerk", lambda: self._open_cases(signed_in)))
                    self.on_shift = len(signed_in)
                    await self._arrivals(group, client, doors)
            finally:
                keep(plan.memory, self._memories())
                await self._look_back()
                await watchers.compare()

    def _shift(self, client: httpx.AsyncClient, email: str, password: str) -> Shift:
        return Shift(
            world=self.world,
            client=client,
            address=self.plan.address,
            email=email,
            password=password,
            seed=self.plan.seed,
        )

    async def _sign_in(self, shifts: list[Shift]) -> list[Shift]:
        signed_in, why = [], ""
        for shift in shifts:
            try:
                await shift.sign_in()
                signed_in.append(shift)
            except RefusedError as refused:
                why = f"{shift.email}: {refused}"
                self.world.tally.trouble(f"sign-in {why}")
        if shifts and not signed_in:
            raise NobodyError(f"no agent could sign in ({why})")
        return signed_in

    async def _doors(self, client: httpx.AsyncClient, shifts: list[Shift]) -> list[Door]:
        if self.plan.keys:
            return await doors_with(Http(client), self.plan.keys)
        if not shifts:
            raise NobodyError("without agents, a widget key is needed to come in by")
        doors = await doors_of(shifts[0].http)
        if not doors:
            raise NobodyError("there is no chat workstream to come in by")
        return doors

    async def _arrivals(self, group: asyncio.TaskGroup, client: httpx.AsyncClient, doors: list[Door]) -> None:
        for visit in self._returning(client, doors):
            self.present += 1
            group.create_task(self._visited(visit))
        full = self.present >= self.plan.customers
        while True:
            keep(self.plan.memory, self._memories())
            if self.present < self.plan.customers:
                self.present += 1
                group.create_task(self._visited(self._visit(client, doors)))
                full = full or self.present >= self.plan.customers
            pause = self.world.dice.expovariate(self.plan.rate)
            await asyncio.sleep(min(LONGEST_PAUSE, pause) if full else AT_ONCE)

    def _visit(self, client: httpx.AsyncClient, doors: list[Door]) -> Visit:
        dice = random.Random(self.world.dice.getrandbits(64))
        code, texts, matter, door = errand(doors, dice)
        mind = Customer(
            texts=texts, matter=matter, temperament=temperament(dice, lasting=door.lasting), dice=dice
        )
        return Visit(
            world=self.world,
            http=Http(client),
            address=self.plan.address,
            door=door,
            mind=mind,
            name=texts.names.any(dice),
            language=code,
        )

    def _returning(self, client: httpx.AsyncClient, doors: list[Door]) -> Iterator[Visit]:
        """Those who were in the middle of something when the last run ended."""
        by_key = {door.key: door for door in doors}
        for one in recall(self.plan.memory)[: self.plan.customers]:
            texts = language(one.language)
            matter = next((matter for matter in texts.matters if matter.id == one.matter), None)
            if matter is None or one.door not in by_key:
                continue
            dice = random.Random(self.world.dice.getrandbits(64))
            mind = Customer(
                texts=texts, matter=matter, temperament=one.temperament, dice=dice, mood=one.mood, turn=one.turn,
                complaints=one.complaints, came_back=one.came_back, finished=one.finished,
            )  # fmt: skip
            yield Visit(
                world=self.world, http=Http(client), address=self.plan.address, door=by_key[one.door], mind=mind,
                name=one.name, language=one.language, remembered=one,
            )  # fmt: skip

    def _memories(self) -> list[Remembered]:
        return [memory for visit in self._visits if (memory := visit.memory()) is not None]

    async def _visited(self, visit: Visit) -> None:
        self._visits.add(visit)
        try:
            await self._guarded("customer", visit.run)
            self._visits.discard(visit)
        finally:
            self.present -= 1

    async def _look_back(self) -> None:
        """Those who were interrupted compare what they have with what is stored, if that is asked for."""
        if not self.plan.looks_back:
            return
        async with asyncio.timeout(LOOKING_BACK), asyncio.TaskGroup() as group:
            for visit in self._visits:
                group.create_task(self._guarded("customer", visit.look_back))

    async def _open_cases(self, shifts: list[Shift]) -> None:
        """A few records at a time; those that were opened long ago are somebody's by now."""
        dice, pace, closed = self.world.dice, self.world.pace, 0
        while True:
            closed, before = self.world.tally.counts["cases closed"], closed
            while self._cases and (closed > before or pace.now() - self._cases[0] > CASE_LASTS):
                self._cases.popleft()
                before += 1
            if len(self._cases) < CASES:
                code = dice.choice(LANGUAGES)
                texts = language(code)
                await dice.choice(shifts).open_case(
                    dice.choice(texts.cases).subject, texts.names.any(dice), code
                )
                self._cases.append(pace.now())
            await pace.sleep(dice.uniform(0.2, 1.8) * BETWEEN_CASES)

    async def _kept_up(self, who: str, life: Callable[[], Awaitable[None]]) -> None:
        """Again and again: a server that was away comes back."""
        while True:
            await self._guarded(who, life)
            await asyncio.sleep(RESTS)

    async def _guarded(self, who: str, life: Callable[[], Awaitable[None]]) -> None:
        try:
            await life()
        except* (RefusedError, UnreachableError) as group:
            for error in group.exceptions:
                self.world.tally.trouble(f"{who}: {error}")
            await asyncio.sleep(1.0)
        except* Exception as group:  # noqa: BLE001 - one person's failure stays theirs, and is told
            self.world.tally.trouble(f"{who}: {type(group.exceptions[0]).__name__}")
            log.warning("simulation.failed", who=who, error=repr(group.exceptions[0]))


class _Cloakroom:
    """A client for each agent, so that their cookies stay apart; all closed at the end."""

    def __init__(self) -> None:
        self._clients: list[httpx.AsyncClient] = []

    def new(self, address: str) -> httpx.AsyncClient:
        """One more."""
        self._clients.append(new_client(address, connections=4))
        return self._clients[-1]

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            await client.aclose()
