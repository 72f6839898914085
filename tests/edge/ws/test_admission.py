"""Crowds: newcomers have their turn, who asks the same is answered once, and who is back in a moment was never gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from valvomo.commands import connections
from valvomo.commands.agents.connection import AgentConnect, AgentDisconnect
from valvomo.commands.connections import ConnectionNotes, NotesByKind
from valvomo.commands.registry import Command
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.refusals import Reason, Refusal
from valvomo.edge.http.authentication import Authentication
from valvomo.edge.ws.admission import Admission

AINO = Actor(id="aino", organization_id="house", name="Aino")
EINO = Actor(id="eino", organization_id="house", name="Eino")


async def turned() -> None:
    """Everybody who can go on has gone on."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_so_many_at_a_time_in_the_order_in_which_they_came() -> None:
    admission, inside, done = Admission(at_a_time=2), list[int](), list[asyncio.Event]()

    async def come(number: int, may_go: asyncio.Event) -> None:
        async with admission:
            inside.append(number)
            await may_go.wait()

    async with asyncio.TaskGroup() as group:
        done = [asyncio.Event() for _ in range(5)]
        tasks = [group.create_task(come(number, done[number])) for number in range(5)]
        await turned()
        assert (inside, admission.waiting, admission.crowded) == ([0, 1], 3, True)
        tasks[2].cancel()
        done[1].set()
        await turned()
        assert (inside, admission.waiting) == ([0, 1, 3], 1)
        for one in done:
            one.set()
    assert inside == [0, 1, 3, 4]
    assert not admission.crowded


@dataclass
class Desk:
    """Who is asked for, how often, and when the answer may come."""

    asked: int = 0
    may: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, _token: str) -> Actor | Refusal:
        self.asked += 1
        await self.may.wait()
        return AINO if self.asked < 9 else Refusal(Reason.NOT_SIGNED_IN)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk()
    monkeypatch.setattr(Authentication, "_session", lambda _self, token: made.answer(token))
    return made


def authentication() -> Authentication:
    nothing: Any = None
    return Authentication(nothing, lambda: datetime(2026, 1, 1, tzinfo=UTC))


async def test_who_asks_the_same_at_the_same_time_is_answered_once(desk: Desk) -> None:
    who = authentication()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(who.of_session("vs_1")) for _ in range(20)]
        other = group.create_task(who.of_session("vs_2"))
        await turned()
        assert desk.asked == 2
        desk.may.set()
    assert {one.result() for one in (*tasks, other)} == {AINO}


async def test_what_a_bell_has_made_doubtful_is_asked_again(desk: Desk) -> None:
    who = authentication()
    async with asyncio.TaskGroup() as group:
        group.create_task(who.of_session("vs_1"))
        await turned()
        who.rung("house")
        group.create_task(who.of_session("vs_1"))
        await turned()
        assert desk.asked == 2
        desk.may.set()


async def test_whoever_asked_for_all_may_go_away(desk: Desk) -> None:
    who = authentication()
    async with asyncio.TaskGroup() as group:
        first, second, third = (group.create_task(who.of_session("vs_1")) for _ in range(3))
        await turned()
        first.cancel()
        await turned()
        assert desk.asked == 2
        desk.may.set()
    assert second.result() == third.result() == AINO
    assert first.cancelled()


@dataclass
class Book:
    """What was noted, instead of a database."""

    commands: list[tuple[str, str, str]] = field(default_factory=list)
    names: list[tuple[list[str], list[str]]] = field(default_factory=list)
    now: float = 0.0
    crowded: bool = False

    async def execute(self, actor: Actor, command: Command) -> None:
        assert isinstance(command, AgentConnect | AgentDisconnect)
        self.commands.append((type(command).__name__, actor.id, command.connection_id))

    @property
    def database(self) -> Book:
        return self

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Book]:
        yield self

    async def run(self, _name: str, _process: str, former: list[str], now: list[str]) -> None:
        self.names.append((former, now))

    def notes(self) -> ConnectionNotes:
        executor: Any = self
        return ConnectionNotes(executor, "process", lambda: self.crowded, lambda: self.now)


async def test_a_loss_is_noted_after_a_moment() -> None:
    book = Book()
    notes = book.notes()
    notes.opened(AINO, "a1")
    await notes.note()
    notes.lost(AINO, "a1")
    await notes.note()
    assert book.commands == [("AgentConnect", "aino", "a1")]
    assert notes.held() == {"a1": AINO}
    book.now = connections.MOMENT
    await notes.note()
    assert book.commands[1:] == [("AgentDisconnect", "aino", "a1")]
    assert notes.held() == {}


async def test_who_is_back_by_then_only_gets_another_name() -> None:
    book = Book()
    notes = book.notes()
    for actor, one in ((AINO, "a1"), (EINO, "e1"), (AINO, "a2")):
        notes.opened(actor, one)
    await notes.note()
    before = list(book.commands)
    for actor, one in ((AINO, "a1"), (AINO, "a2"), (EINO, "e1")):
        notes.lost(actor, one)
    notes.opened(AINO, "a3")
    notes.lost(AINO, "a3")
    notes.opened(AINO, "a4")
    notes.opened(EINO, "e2")
    notes.opened(AINO, "a5")
    await notes.note()
    former, now = book.names[0]
    renamed = dict(zip(former, now, strict=True))
    assert renamed.keys() == {"a1", "a2", "e1"}
    assert {renamed["a1"], renamed["a2"]} == {"a4", "a5"}
    assert renamed["e1"] == "e2"
    book.now = 100.0
    await notes.note()
    assert book.commands == before


async def test_what_was_not_noted_yet_is_not_noted_as_lost() -> None:
    book = Book()
    notes = book.notes()
    notes.opened(AINO, "a1")
    notes.lost(AINO, "a1")
    book.now = 100.0
    await notes.note()
    assert book.commands == []


async def test_while_others_wait_to_be_let_in_nobody_is_given_up() -> None:
    book = Book(crowded=True)
    notes = book.notes()
    notes.opened(AINO, "a1")
    await notes.note()
    notes.lost(AINO, "a1")
    book.now = connections.MOMENT
    await notes.note()
    assert len(book.commands) == 1
    book.now = connections.LONGEST_MOMENT
    await notes.note()
    assert len(book.commands) == 2


async def test_however_many_customers_come_the_house_does_not_wait_for_them() -> None:
    staff, customers = Book(), Book(crowded=True)
    notes = NotesByKind(staff.notes(), customers.notes())
    kaisa = replace(EINO, id="kaisa", kind=ActorKind.CUSTOMER)
    for number in range(100):
        notes.opened(kaisa, f"k{number}")
    notes.opened(AINO, "a1")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(notes.run())
        async with asyncio.timeout(90):
            while not customers.commands:  # noqa: ASYNC110 - the book has no event for it
                await asyncio.sleep(0)
        assert staff.commands == [("AgentConnect", "aino", "a1")]
        notes.lost(AINO, "a1")
        assert notes.held().keys() == {"a1"}
        staff.now = connections.MOMENT
        running.cancel()
    assert staff.commands[1:] == [("AgentDisconnect", "aino", "a1")]


async def test_when_the_process_ends_whoever_was_here_is_noted_at_once() -> None:
    book = Book()
    notes = book.notes()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(notes.run())
        notes.opened(AINO, "a1")
        async with asyncio.timeout(90):
            while not book.commands:  # noqa: ASYNC110 - the book has no event for it
                await asyncio.sleep(0.01)
        notes.lost(AINO, "a1")
        running.cancel()
    assert book.commands[-1] == ("AgentDisconnect", "aino", "a1")
