"""A served house with an account at a system that is a channel, which tests kill and start again."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from sample_line import SECRET, received
from sample_patience import until
from sample_provider import StandIn
from sample_server import Served, serving

from valvomo.channels.signing import signed
from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.demo.organization import PASSWORD, Sample, create_sample
from valvomo.main.clock import now

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class House:
    """A served house with an account at a system, and who works there."""

    served: Served
    database: Database
    system: StandIn
    http: dict[str, httpx.AsyncClient]
    account: dict[str, Any]
    sample: Sample
    workstream: str = ""

    async def do(self, who: str, method: str, path: str, body: object = None) -> Any:
        """It must be done."""
        answer = await self.http[who].request(method, f"{self.served.address}/api/v1{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def says(self, text: str, one: str, sender: str = "ann") -> None:
        """A customer writes."""
        body = json.dumps(received(sender, text, one, datetime.now(UTC))).encode()
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

    async def leases_end(self) -> None:
        """Those of a process that died."""
        await self.sql("UPDATE dispatches SET due = now() WHERE due > now()")
        await self.sql("UPDATE channel_accounts SET sender_until = now()")
        await self.sql("UPDATE leases SET until = now() - interval '1 second'")

    async def have(self, wanted: list[tuple[str, str | None]]) -> None:
        """Until the conversation is so."""

        async def so() -> bool:
            return await self.texts() == wanted

        await until(so)


@asynccontextmanager
async def channel_house(server: Any, template: str, folder: Path) -> AsyncIterator[House]:
    """Served until it is left."""
    async with serving(server, template, folder) as served, StandIn().open() as system:
        database = await Database.open(served.database_url, pool_size=2)
        sample = await create_sample(Executor(database, now, Doorbell()), QUICK)
        http = {who: httpx.AsyncClient(trust_env=False) for who in ("admin", "eino", "nobody")}
        for who in ("admin", "eino"):
            body = {"email": f"{who}@demo.example", "password": PASSWORD}
            assert (await http[who].post(f"{served.address}/api/v1/session", json=body)).is_success
        made = House(served, database, system, http, {}, sample)
        stream = {"name": "Our system", "channel": "custom", "queue": sample.queues["Support"]}
        one = await made.do("admin", "POST", "/workstreams", stream)
        filled: dict[str, Any] = {
            "settings": {"url": f"{system.url}/in", "settling_seconds": 0},
            "secrets": {"secret": SECRET},
        }
        body = {"provider": "custom", "name": "Our system", "workstream_id": one["id"], **filled}
        made.workstream = one["id"]
        made.account = await made.do("admin", "POST", "/channel-accounts", body)
        yield made
        for client in http.values():
            await client.aclose()
        await database.close()
