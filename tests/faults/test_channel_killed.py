"""Kill -9 between the acceptance of a message and its sending, and between a provider's call and its taking in."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sample_channel_house import House, channel_house
from sample_patience import until
from sample_provider import Said

from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow  # starts a server, kills it and waits until it stands again


@pytest.fixture
async def house(server: Any, template: str, tmp_path: Path) -> AsyncIterator[House]:
    async with channel_house(server, template, tmp_path) as made:
        yield made


async def test_what_was_accepted_goes_out_once_and_in_order_after_a_death(house: House) -> None:
    await house.says("hello", "m1")
    await house.have([("hello", None)])
    (row,) = await house.sql("SELECT id FROM conversations")
    await house.do("eino", "POST", f"/conversations/{row['id']}/pick")
    house.system.answer = lambda _asked: Said(hang=True)
    for text in ("one", "two", "three"):
        await house.do("eino", "POST", f"/conversations/{row['id']}/messages", {"text": text})
    await house.system.until(1)
    await house.says("are you there?", "m2")
    await asyncio.to_thread(house.served.kill)
    assert [text for text, state in await house.texts() if state == "queued"] == ["one", "two", "three"]
    first = len(house.system.asked)
    house.system.answer = lambda _asked: Said()
    await house.leases_end()
    await asyncio.to_thread(house.served.start)
    sent: list[tuple[str, str | None]] = [(text, "sent") for text in ("one", "two", "three")]

    async def all_out() -> bool:
        found = await house.texts()
        return [one for one in found if one[1]] == sent and ("are you there?", None) in found

    await until(all_out)
    said = [json.loads(asked.body)["data"] for asked in house.system.asked]
    assert [one["text"] for one in said[first:]] == ["one", "two", "three"]
    assert said[0]["id"] == said[first]["id"], "a repeated sending is known by its id"
    assert len(await house.sql("SELECT 1 FROM conversations")) == 1
    assert len([text for text, _ in await house.texts() if text == "are you there?"]) == 1
    report = await verify(house.database)
    assert report.clean, report.findings


async def test_what_bots_say_and_files_go_out_after_a_death_too(house: House) -> None:
    bot = await house.do("admin", "POST", "/bots", {"name": "Botti", "url": f"{house.system.url}/bot"})
    await house.do("admin", "PATCH", f"/workstreams/{house.workstream}", {"bot_id": bot["bot"]["id"]})
    await house.says("hello", "m1")
    await house.have([("hello", None)])
    (row,) = await house.sql("SELECT id FROM conversations")
    house.system.answer = lambda asked: Said(hang=asked.path == "/in")
    path = f"{house.served.address}/bot/v1/conversations/{row['id']}"
    told = {"authorization": f"Bearer {bot['token']}"}
    http = house.http["nobody"]
    for text in ("I am a bot", "wait a moment"):
        answer = await http.post(f"{path}/messages", json={"text": text, "client_id": text}, headers=told)
        assert answer.status_code == 201, answer.text
    answer = await http.post(f"{path}/escalate", json={"reason": "asks"}, headers=told)
    assert answer.is_success, answer.text
    await house.do("eino", "POST", f"/conversations/{row['id']}/pick")
    address = f"{house.served.address}/api/v1/conversations/{row['id']}/attachments"
    brought = await house.http["eino"].post(
        address, params={"name": "receipt.txt"}, content=b"paid", headers={"content-type": "text/plain"}
    )
    assert brought.is_success, brought.text
    words = {"text": "here it is", "attachments": [brought.json()["id"]]}

    async def taken() -> bool:
        answer = await house.http["eino"].post(
            f"{house.served.address}/api/v1/conversations/{row['id']}/messages", json=words
        )
        return answer.is_success

    await until(taken)
    await house.system.until(1)
    await asyncio.to_thread(house.served.kill)
    first = len(house.system.asked)
    house.system.answer = lambda _asked: Said()
    await house.leases_end()
    await asyncio.to_thread(house.served.start)
    words_out = ["I am a bot", "wait a moment", "here it is"]
    await house.have([("hello", None), *((text, "sent") for text in words_out)])
    said = [json.loads(one.body)["data"] for one in house.system.asked[first:] if one.path == "/in"]
    assert [one["text"] for one in said] == words_out
    assert [[file["name"] for file in one["attachments"]] for one in said] == [[], [], ["receipt.txt"]]
    opened = await http.get(said[-1]["attachments"][0]["url"])
    assert opened.content == b"paid"
    report = await verify(house.database)
    assert report.clean, report.findings


async def test_of_many_at_once_whatever_was_answered_is_there_once_in_order_after_a_death(
    house: House,
) -> None:
    """The process dies while calls share commits, and what they say shares others."""
    customers = [f"customer-{number}" for number in range(6)]
    answered: dict[str, list[str]] = {one: [] for one in customers}
    begun: dict[str, list[str]] = {one: [] for one in customers}

    async def writes(customer: str) -> None:
        for number in itertools.count():
            text = f"{customer} {number}"
            begun[customer].append(text)
            await house.says(text, text, customer)
            answered[customer].append(text)

    async def taken_in() -> bool:
        return len(await house.texts()) >= 60

    async with asyncio.TaskGroup() as group:
        writing = [group.create_task(_until_it_dies(writes(one))) for one in customers]
        await until(taken_in)
        await asyncio.to_thread(house.served.kill)
    assert all(one.done() for one in writing)
    await house.leases_end()
    await asyncio.to_thread(house.served.start)

    async def nothing_waits() -> bool:
        return not await house.sql("SELECT 1 FROM arrivals WHERE done_at IS NULL")

    await until(nothing_waits)
    rows = await house.sql(
        "SELECT text FROM public_messages WHERE author_role = 'customer' ORDER BY conversation_id, seq"
    )
    for customer in customers:
        there = [row["text"] for row in rows if row["text"].split(" ")[0] == customer]
        assert there[: len(answered[customer])] == answered[customer]
        assert there in (begun[customer], begun[customer][:-1])
    assert len(await house.sql("SELECT 1 FROM conversations")) == len(customers)
    report = await verify(house.database)
    assert report.clean, report.findings


async def _until_it_dies(writing: Any) -> None:
    with contextlib.suppress(httpx.TransportError):
        await writing
