"""Calendars of public holidays are worked out beside the event loop, once, whoever asks for the hours first."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import UTC, date, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from sample_place import Place

from valvomo.commands.settings.passwords import Passwords
from valvomo.db import agents, hours, public_holidays, routing_places
from valvomo.db.house import queue
from valvomo.jobs.janitor import Janitor
from valvomo.main.assembly import assemble
from valvomo.settings import Settings

pytestmark = pytest.mark.slow
REGION = "SE"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
QUESTIONS = (
    ("admin", "/api/v1/hours?limit=10"),
    ("admin", "/api/v1/queues"),
    ("saara", "/api/v1/agents"),
    ("saara", "/api/v1/whatif"),
    ("saara", "/api/v1/conversations/{conversation}/candidates?for=assign"),
    ("saara", "/api/v1/conversations/{conversation}/routing"),
)


class Library:
    """What was worked out since it was last forgotten, and what of it on the thread of the event loop."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.loop = threading.get_ident()
        self.on_the_loop: list[tuple[object, ...]] = []
        self.worked_out: Counter[tuple[object, ...]] = Counter()
        self._named: set[tuple[object, ...]] = set()
        self._days_off = hours._days_off
        monkeypatch.setattr("valvomo.db.hours._days_off", self.days_off)
        monkeypatch.setattr("valvomo.db.hours._closed", {})
        monkeypatch.setattr("valvomo.queries.resources.public_holidays", self.names)

    def forget(self) -> None:
        hours._closed.clear()
        self.worked_out.clear()
        self._named.clear()

    def days_off(self, region: str, year: int) -> list[date]:
        self._note(region, year)
        return self._days_off(region, year)

    def names(self, region: str, year: int, language: str) -> Any:
        if (region, year, language) not in self._named:
            self._named.add((region, year, language))
            self._note(region, year, language)
        return public_holidays.public_holidays(region, year, language)

    def _note(self, *what: object) -> None:
        self.worked_out[what] += 1
        if threading.get_ident() == self.loop:
            self.on_the_loop.append(what)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Library:
    return Library(monkeypatch)


@pytest.fixture
def house_at_rest(house: Any) -> Place:
    """The application without its jobs, which would ask by themselves."""
    put_together = assemble(house.database, Settings(), clock=house.clock)
    put_together.parts.gate.passwords = Passwords(QUICK)
    return Place(house, put_together.app, put_together.parts)


async def goes_by_holidays(place: Place) -> None:
    """Support and Eino go by hours with holidays."""
    admin = await place.as_("admin")
    body = {"name": "Office", "time_zone": "Europe/Stockholm", "region": REGION, "weekly": {}}
    made = (await admin.post("/api/v1/hours", json=body)).json()
    queues = (await admin.get("/api/v1/queues")).json()["items"]
    support = next(one["id"] for one in queues if one["name"] == "Support")
    for path in (f"queues/{support}", f"users/{place.house.sample.people['eino']}"):
        answer = await admin.patch(f"/api/v1/{path}", json={"hours_id": made["id"]})
        assert answer.is_success, answer.text


async def test_no_question_keeps_the_others_waiting(house_at_rest: Place, library: Library) -> None:
    place = house_at_rest
    conversation = await place.start()
    await goes_by_holidays(place)
    for person, path in QUESTIONS:
        library.forget()
        found = await (await place.as_(person)).get(path.format(conversation=conversation))
        assert found.status_code == 200, found.text
        assert (REGION, 2026) in library.worked_out, path
    assert library.on_the_loop == []


async def test_neither_does_anything_that_goes_by_itself(house_at_rest: Place, library: Library) -> None:
    await goes_by_holidays(house_at_rest)
    there = house_at_rest.house
    organization, at = there.sample.organization_id, there.clock.now
    sweeper = Janitor(there.database, there.executor, there.clock, process_id="second", live=dict)
    acts: dict[str, Callable[[Any], Coroutine[Any, Any, object]]] = {
        "duty": lambda tx: agents.duty(tx, organization, at),
        "lock": lambda tx: agents.lock(tx, organization, [there.sample.people["eino"]], at),
        "places": lambda tx: routing_places.places(tx, organization, at),
        "queue": lambda tx: queue(tx, organization, "Support", at),
        "janitor": lambda _: sweeper.round(),
    }
    for name, act in acts.items():
        library.forget()
        async with there.database.transaction() as tx:
            await act(tx)
        assert library.worked_out[REGION, at.year] == 1, name
    assert library.on_the_loop == []


async def test_who_asks_at_the_same_time_shares_the_answer(house_at_rest: Place, library: Library) -> None:
    await goes_by_holidays(house_at_rest)
    there = house_at_rest.house
    library.forget()

    async def ask() -> None:
        async with there.database.reading() as tx:
            await agents.duty(tx, there.sample.organization_id, there.clock.now)

    await asyncio.gather(*(ask() for _ in range(5)))
    assert library.worked_out == {(REGION, there.clock.now.year): 1}


async def test_a_region_that_the_library_no_longer_knows_has_no_holidays(library: Library) -> None:
    row = {"id": "h", "name": "h", "time_zone": "UTC", "region": "ZZ", "weekly": {}, "special": {}}
    assert hours.hours_of(row, datetime(2026, 3, 2, tzinfo=UTC)).special == {}
    assert library.worked_out == {("ZZ", 2026): 1}
