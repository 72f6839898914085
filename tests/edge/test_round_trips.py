"""What an unhurried message costs: its round trips to PostgreSQL, counted on the one connection that there is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sample_place import Place

from valvomo.commands.settings.passwords import Passwords
from valvomo.db.database import Database
from valvomo.db.notify import NotifyBus
from valvomo.edge.http import authentication
from valvomo.live.feed import Feed
from valvomo.main.assembly import House, assemble
from valvomo.settings import Settings

LANE = 6
"""BEGIN, the conversation, former messages, the message with its counts, the fact, COMMIT."""
FEED = 2
"""Facts, words: of what other processes have written, for what this one has written is handed over."""


@dataclass
class Counted:
    """A house of which nothing runs but the message lane, so that every statement is the message's own."""

    built: House
    bus: NotifyBus
    place: Place
    said: list[str] = field(default_factory=list)

    async def since(self) -> list[str]:
        """What was said to PostgreSQL since this was asked last."""
        await asyncio.sleep(0)  # the connection tells of a statement in the turn after it
        said, self.said[:] = list(self.said), []
        return said


@pytest.fixture
async def counted(house: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Counted]:
    monkeypatch.setattr(authentication, "KEEP_SECONDS", 3600.0)  # a slow machine takes no longer than that
    database = await Database.open(house.database.url, pool_size=1)
    bus = NotifyBus(database)
    built = assemble(database, Settings(), clock=house.clock, bus=bus)
    built.parts.gate.passwords = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    made = Counted(built, bus, Place(house, built.app, built.parts))
    async with database._pool.acquire() as connection:
        connection.add_query_logger(lambda query: made.said.append(query.query))
    async with asyncio.TaskGroup() as group:
        lane = group.create_task(built.parts.lane.run())
        yield made
        lane.cancel()
    await database.close()


@dataclass
class Talk:
    """A customer and the agent who serves them, with whom everything is prepared: both have written and read."""

    customer: httpx.AsyncClient
    agent: httpx.AsyncClient
    path: str
    feed: Feed

    async def say(self, who: str) -> None:
        """A message by `customer` or `agent`, or the agent's `note`."""
        client = self.customer if who == "customer" else self.agent
        path = "/widget/v1/messages" if who == "customer" else f"{self.path}/messages"
        body = {"text": "Hello", **({"visibility": "internal"} if who == "note" else {})}
        answer = await client.post(path, json=body)
        assert answer.status_code == 201, answer.text


@pytest.fixture
async def talk(counted: Counted, monkeypatch: pytest.MonkeyPatch) -> Talk:
    place = counted.place
    body = {"key": place.house.sample.keys["Web chat"], "name": "Ada", "language": "en"}
    begun = (await place.anybody().post("/widget/v1/conversations", json=body)).json()
    customer, agent = place.anybody(), await place.as_("eino")
    customer.headers["Authorization"] = f"Bearer {begun['token']}"
    path = f"/api/v1/conversations/{begun['conversation']['id']}"
    assert (await agent.post(f"{path}/pick")).status_code == 200
    feed = Feed(place.house.sample.organization_id, counted.built.database, place.house.clock)
    monkeypatch.setattr("valvomo.live.feed.POLL_SECONDS", 3600.0)
    counted.built.bell.listen(lambda _house: feed.ring(), taker=lambda _house, said: feed.hand(said))
    await feed.load()
    made = Talk(customer, agent, path, feed)
    for who in ("customer", "agent", "note"):
        await made.say(who)
    await feed.read_on()
    await counted.bus.tell()
    await counted.since()
    return made


@pytest.mark.parametrize("who", ["customer", "agent", "note"])
async def test_an_unhurried_message_makes_few_round_trips(counted: Counted, talk: Talk, who: str) -> None:
    before = talk.feed.taken
    counted.built.parts.authentication.rung("")  # as after a second in which nobody asked
    await talk.say(who)
    first = await counted.since()
    assert len(first) == 1 + LANE, first
    await talk.say(who)
    assert len(await counted.since()) == LANE, "who calls is known for a while"
    await talk.feed.keep_up()
    assert await counted.since() == [], "what this process has written is not read back"
    assert talk.feed.taken == before + 2
    await talk.say(who)
    await counted.since()
    talk.feed.ring()
    await talk.feed.keep_up()
    assert len(await counted.since()) == FEED
    await counted.bus.tell()
    assert len(await counted.since()) == 1
    await counted.bus.tell()
    assert await counted.since() == [], "nothing rang"


async def test_letters_cost_one_more_where_anybody_is_told(counted: Counted, talk: Talk) -> None:
    body = {"url": "https://example.com/hook", "kinds": []}
    answer = await (await counted.place.as_("admin")).post("/api/v1/webhooks", json=body)
    assert answer.status_code == 201, answer.text
    await talk.say("agent")
    await counted.since()
    await talk.say("agent")
    assert len(await counted.since()) == LANE + 1
    await talk.say("note")
    assert len(await counted.since()) == LANE, "nobody outside hears of a note"


async def test_an_idle_feed_asks_once(counted: Counted, talk: Talk) -> None:
    await talk.feed.read_on()
    await counted.since()
    await talk.feed.read_on()
    assert len(await counted.since()) == 1
