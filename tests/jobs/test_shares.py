"""Who answers slowly holds up what is theirs, and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sample_floor import AATU, Floor

from valvomo.addresses import networks_of
from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.settings.bots import CreateBot
from valvomo.commands.settings.webhooks import CreateWebhook, TryWebhook
from valvomo.commands.settings.workstreams import ChangeWorkstream
from valvomo.domain.conversations.bot_rules import ModelRules
from valvomo.jobs import answering, delivery
from valvomo.jobs.answering import Answering
from valvomo.jobs.delivery import Delivery
from valvomo.jobs.shares import Shares, UnderWay

LOOPBACK = networks_of(["127.0.0.0/8"])


class Door:
    """A server that takes a letter to `/slow` and says nothing until it is let; to anywhere else it answers at once."""

    def __init__(self) -> None:
        self.came: list[str] = []
        self.waiting = self.most = self.port = 0
        self.open = asyncio.Event()
        self._news = asyncio.Condition()

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/{path}"

    async def until(self, seen: Callable[[], bool]) -> None:
        async with asyncio.timeout(90), self._news:
            await self._news.wait_for(seen)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path = head.split(" ")[1].split("/")[1]
        self.came.append(path)
        if path == "slow":
            self.waiting += 1
            self.most = max(self.most, self.waiting)
        async with self._news:
            self._news.notify_all()
        if path == "slow":
            await self.open.wait()
            self.waiting -= 1
        writer.write(b"HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    one = Door()
    server = await asyncio.start_server(one.take, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    async with server:
        yield one
        one.open.set()


@asynccontextmanager
async def at_work(*jobs: Any) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(one.run()) for one in jobs]
        yield
        for one in tasks:
            one.cancel()


async def tried(floor: Floor, url: str, times: int = 1) -> None:
    made = await floor.done(AATU, CreateWebhook(url=url))
    for _ in range(times):
        await floor.done(AATU, TryWebhook(webhook_id=str(made.result["id"])))


async def test_a_slow_webhook_holds_up_no_other(floor: Floor, door: Door) -> None:
    await tried(floor, door.at("slow"), delivery.WEBHOOKS.slots + 1)
    await tried(floor, door.at("swift"))
    async with at_work(Delivery(floor.executor, allowed=LOOPBACK)):
        await door.until(lambda: "swift" in door.came and door.waiting == delivery.WEBHOOKS.each)
        await tried(floor, door.at("later"))
        await door.until(lambda: "later" in door.came)
        assert door.most == delivery.WEBHOOKS.each


async def test_where_nothing_arrives_only_one_letter_goes_at_a_time(floor: Floor, door: Door) -> None:
    await tried(floor, door.at("slow"), 3 * delivery.WEBHOOKS.each)
    await floor.sql("UPDATE webhooks SET failing_since = now()")
    await tried(floor, door.at("swift"))
    async with at_work(Delivery(floor.executor, allowed=LOOPBACK)):
        await door.until(lambda: "swift" in door.came and door.waiting == delivery.FAILING)
        assert door.most == delivery.FAILING


async def test_many_slow_webhooks_hold_up_no_bot(floor: Floor, door: Door) -> None:
    for _ in range(delivery.WEBHOOKS.house // delivery.WEBHOOKS.each + 1):
        await tried(floor, door.at("slow"), delivery.WEBHOOKS.each)
    made = await floor.done(AATU, CreateBot(name="Teller", url=door.at("bot")))
    await floor.done(AATU, ChangeWorkstream(workstream_id="botted", bot_id=str(made.result["id"])))
    await floor.start("botted")
    async with at_work(Delivery(floor.executor, allowed=LOOPBACK)):
        await door.until(lambda: "bot" in door.came and door.waiting == delivery.WEBHOOKS.house)
        assert door.most == delivery.WEBHOOKS.house, "an organization leaves room for the others"


async def test_a_slow_model_holds_up_no_other(floor: Floor, door: Door) -> None:
    async def begun(path: str, times: int) -> None:
        rules = ModelRules(url=door.at(path), model="m")
        made = await floor.done(AATU, CreateBot(name=path, kind="model", rules=rules))
        await floor.done(AATU, ChangeWorkstream(workstream_id="botted", bot_id=str(made.result["id"])))
        for _ in range(times):
            one = await floor.start("botted")
            await floor.write(await floor.guest(one), one, "Hello?")

    await begun("slow", answering.SHARES.each + 1)
    await begun("swift", 1)
    lane = MessageLane(floor.database, floor.clock, floor.executor.bell)
    job = Answering(floor.executor, lane, allowed=LOOPBACK)
    async with at_work(lane, job):
        await door.until(lambda: "swift" in door.came and door.waiting == answering.SHARES.each)
        assert door.most == answering.SHARES.each


def test_what_is_under_way_is_counted_for_each() -> None:
    ended = list[int]()
    counted = UnderWay(Shares(slots=3, each=2, house=3), lambda: ended.append(len(counted)))
    for whose in (("one", "a"), ("one", "a"), ("two", "a")):
        counted.begin(whose)
    assert (counted.free, counted.counted) == (0, (["one", "two"], ["a", "a"], [2, 1]))
    counted.end(("two", "a"))
    assert (counted.free, counted.counted) == (1, (["one"], ["a"], [2]))
    assert ended == [2]
