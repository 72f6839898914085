"""Kill -9 between the acceptance of a message and its sending, and between a provider's call and its taking in."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sample_line import SECRET, received
from sample_provider import Said, StandIn
from sample_server import Served, serving, until

from valvomo.channels.signing import signed
from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.demo.organization import PASSWORD, create_sample
from valvomo.main import now
from valvomo.queries.verify import verify

pytestmark = pytest.mark.slow  # starts a server, kills it and waits until it stands again
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class House:
    """A served house with an account at a system, and who works there."""

    served: Served
    database: Database
    system: StandIn
    http: dict[str, httpx.AsyncClient]
    account: dict[str, Any]

    async def do(self, who: str, method: str, path: str, body: object = None) -> Any:
        """It must be done."""
        answer = await self.http[who].request(method, f"{self.served.address}/api/v1{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def says(self, text: str, one: str) -> None:
        """A customer writes."""
        body = json.dumps(received("ann", text, one, datetime.now(UTC))).encode()
        path = self.account["callback"]
        answer = await self.http["nobody"].post(
            path, content=body, headers=signed(SECRET, one, datetime.now(UTC), body)
        )
        assert answer.status_code == 200, answer.text

    async def sql(self, statement: str) -> list[Any]:
        """Straight to the database."""
        async with self.database._pool.acquire() as link:
            return list(await link.fetch(statement))

    async def texts(self) -> list[tuple[str, str | None]]:
        """Public messages in order, with how far they have come."""
        rows = await self.sql("SELECT text, delivery FROM public_messages ORDER BY seq")
        return [(row["text"], row["delivery"]) for row in rows]

    async def have(self, wanted: list[tuple[str, str | None]]) -> None:
        """Until the conversation is so."""

        async def so() -> bool:
            return await self.texts() == wanted

        await until(so)


@pytest.fixture
async def house(server: Any, template: str, tmp_path: Path) -> AsyncIterator[House]:
    async with serving(server, template, tmp_path) as served, StandIn().open() as system:
        database = await Database.open(served.database_url, pool_size=2)
        sample = await create_sample(Executor(database, now, Doorbell()), QUICK)
        http = {who: httpx.AsyncClient(trust_env=False) for who in ("admin", "eino", "nobody")}
        for who in ("admin", "eino"):
            body = {"email": f"{who}@demo.example", "password": PASSWORD}
            assert (await http[who].post(f"{served.address}/api/v1/session", json=body)).is_success
        made = House(served, database, system, http, {})
        stream = {"name": "Our system", "channel": "custom", "queue": sample.queues["Support"]}
        one = await made.do("admin", "POST", "/workstreams", stream)
        filled: dict[str, Any] = {
            "settings": {"url": f"{system.url}/in", "settling_seconds": 0},
            "secrets": {"secret": SECRET},
        }
        body = {"provider": "custom", "name": "Our system", "workstream_id": one["id"], **filled}
        made.account = await made.do("admin", "POST", "/channel-accounts", body)
        yield made
        for client in http.values():
            await client.aclose()
        await database.close()


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
    # As if the leases of the one that died had ended.
    await house.sql("UPDATE dispatches SET due = now() WHERE due > now()")
    await house.sql("UPDATE channel_accounts SET sender_until = now()")
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
