"""Kill -9 while files that customers sent are fetched: each is there in the end, once, and nothing else is."""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sample_files import picture
from sample_line import SECRET, received
from sample_patience import until
from sample_provider import Asked, Said, StandIn
from sample_server import Served

from valvomo.channels.signing import signed
from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.demo.organization import PASSWORD, create_sample
from valvomo.demo.people.http import Http, new_client
from valvomo.main.clock import now
from valvomo.queries.verify import verify

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
KILLS, EACH = 2, 3
PHOTO = picture("PNG", (300, 200))

pytestmark = pytest.mark.slow  # starts a server, kills it and waits for leases of the dead


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[Served]:
    process = Served(tmp_path, database_url)
    await asyncio.to_thread(process.start)
    yield process
    await asyncio.to_thread(process.stop)


async def an_account(served: Served, system: StandIn) -> str:
    """Of the custom provider; the path at which it is called."""
    database = await Database.open(served.database_url, pool_size=2)
    try:
        sample = await create_sample(Executor(database, now, Doorbell()), QUICK)
    finally:
        await database.close()
    http = Http(new_client(served.address))
    await http.post("/api/v1/session", {"email": "admin@demo.example", "password": PASSWORD})
    queue = sample.queues["Support"]
    made = await http.post(
        "/api/v1/workstreams", {"name": "Ours", "channel": "custom", "queue": queue}, secrets.token_hex(8)
    )
    body = {"provider": "custom", "name": "Ours", "workstream_id": made["id"], "secrets": {"secret": SECRET},
            "settings": {"url": f"{system.url}/in", "settling_seconds": 0}}  # fmt: skip
    account = await http.post("/api/v1/channel-accounts", body, secrets.token_hex(8))
    await http.client.aclose()
    return f"/channels/custom/{account['id']}"


async def says(served: Served, path: str, one: str, files: list[dict[str, Any]]) -> None:
    body = json.dumps(received("ann", one, one, datetime.now(UTC), attachments=files)).encode()
    async with httpx.AsyncClient(trust_env=False) as client:
        headers = signed(SECRET, one, datetime.now(UTC), body)
        answer = await client.post(served.address + path, content=body, headers=headers)
    assert answer.status_code == 200, answer.text


async def brought(database: Database) -> list[list[str]]:
    """Names of the files of each message, in order."""
    async with database.asking() as tx:
        rows = await tx._connection.fetch("SELECT attachments FROM public_messages ORDER BY seq")
    return [[one["name"] for one in row["attachments"] or ()] for row in rows]


async def test_every_file_is_there_once(served: Served) -> None:
    whole: list[str] = []

    def answer(asked: Asked) -> Said:
        if asked.path == "/in":
            return Said()
        whole.append(asked.path)
        return Said(body=PHOTO)

    async with StandIn(answer).open() as system:
        path = await an_account(served, system)
        for kill in range(KILLS):
            files = [
                {"url": f"{system.url}/{kill}-{place}", "name": f"{kill}-{place}.png"}
                for place in range(EACH)
            ]
            before = len(whole)
            await says(served, path, f"m-{kill}", files)

            async def asked(count: int = before + 1 + kill % EACH) -> bool:
                return len(whole) >= count

            # Between the last byte of one of them and the message that has it.
            await until(asked)
            served.kill()
            await asyncio.to_thread(served.start)
        database = await Database.open(served.database_url, pool_size=2)
        try:
            wanted = [[f"{kill}-{place}.png" for place in range(EACH)] for kill in range(KILLS)]

            async def all_there() -> bool:
                return await brought(database) == wanted

            # What the dead were at is another's once their leases have ended.
            await until(all_there)
            report = await verify(database)
            assert report.clean, report.findings
        finally:
            await database.close()
    assert set(whole) == {f"/{kill}-{place}" for kill in range(KILLS) for place in range(EACH)}
