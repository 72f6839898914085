"""Readings that gather while one is under way: everybody is answered, whoever fails or goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from valvomo.db.batches import Batches


@dataclass
class Book:
    """What was read at a time; each reading waits until it may go on."""

    read: list[list[int]] = field(default_factory=list)
    may: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    began: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    broken: set[int] = field(default_factory=set)

    async def look(self, keys: Sequence[int]) -> list[str]:
        self.read.append(list(keys))
        self.began.release()
        await self.may.acquire()
        if self.broken & set(keys):
            raise ValueError("broken")
        return [f"page {one}" for one in keys]


async def begun(book: Book) -> None:
    async with asyncio.timeout(90):
        await book.began.acquire()


async def test_what_is_asked_meanwhile_is_read_together() -> None:
    book = Book()
    batches = Batches(book.look, most=3)
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        first = group.create_task(batches.ask(0))
        await begun(book)
        others = [group.create_task(batches.ask(number)) for number in range(1, 6)]
        await asyncio.sleep(0)
        for _ in range(3):
            book.may.release()
    assert [await one for one in (first, *others)] == [f"page {number}" for number in range(6)]
    assert book.read == [[0], [1, 2, 3], [4, 5]]
    book.may.release()
    assert await batches.ask(7) == "page 7"


async def test_a_reading_that_fails_fails_for_those_it_was_for() -> None:
    book = Book(broken={1})
    batches = Batches(book.look, most=2)
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        tasks = [group.create_task(_outcome(batches, number)) for number in range(4)]
        await begun(book)
        for _ in range(3):
            book.may.release()
    assert [one.result() for one in tasks] == ["page 0", "broken", "broken", "page 3"]


@pytest.mark.parametrize("gone", [0, 1, 2, 3])
@pytest.mark.parametrize("late", [False, True])
async def test_whoever_goes_away_takes_nobody_along(gone: int, late: bool) -> None:
    book = Book()
    batches = Batches(book.look, most=2)
    tasks: list[asyncio.Task[str]] = []
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        tasks = [group.create_task(_outcome(batches, number)) for number in range(5)]
        await begun(book)
        if late:
            # The turn has just been given to the next one, who may be the one that goes.
            book.may.release()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        tasks[gone].cancel()
        for _ in range(8):
            book.may.release()
    answered = [one.result() if not one.cancelled() else "gone" for one in tasks]
    wanted = [f"page {number}" for number in range(5)]
    assert [one for number, one in enumerate(answered) if number != gone] == [
        one for number, one in enumerate(wanted) if number != gone
    ]
    assert answered[gone] in {"gone", wanted[gone]}
    book.may.release()
    assert await batches.ask(9) == "page 9"


async def _outcome(batches: Batches[int, str], number: int) -> str:
    try:
        return await batches.ask(number)
    except ValueError as error:
        return str(error)


async def test_singly_one_that_is_broken_costs_nobody_else_an_answer() -> None:
    book = Book(broken={2})
    batches = Batches(book.look, most=3, singly=True)
    async with asyncio.timeout(90):
        asked = asyncio.gather(*(batches.ask(one) for one in range(4)), return_exceptions=True)
        await begun(book)
        for _ in range(5):
            book.may.release()
        answers = await asked
    assert book.read == [[0], [1, 2, 3], [1], [2], [3]]
    assert [one if isinstance(one, str) else type(one) for one in answers] == [
        "page 0", "page 1", ValueError, "page 3",
    ]  # fmt: skip


async def test_singly_whoever_asks_for_all_may_be_cancelled_between_two() -> None:
    book = Book(broken={1})
    batches = Batches(book.look, most=3, singly=True)
    async with asyncio.timeout(90), asyncio.TaskGroup() as group:
        first = group.create_task(batches.ask(0))
        await begun(book)
        others = asyncio.gather(*(batches.ask(one) for one in (1, 2)), return_exceptions=True)
        await asyncio.sleep(0)
        first.cancel()
        await begun(book)
        # Both at once are broken; then each alone.
        for _ in range(3):
            book.may.release()
        answers = await others
    assert [one if isinstance(one, str) else type(one) for one in answers] == [ValueError, "page 2"]
    assert book.read == [[0], [1, 2], [1], [2]]
