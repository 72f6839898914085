"""`/readyz` means it: each thing that truth stands on is broken for real, named, and well again when it is mended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from sample_place import ORIGIN, Place

from valvomo.db.database import Database
from valvomo.demo.organization import create_sample
from valvomo.edge import readiness
from valvomo.edge.readiness import Bounds
from valvomo.main.assembly import assemble, running
from valvomo.main.clock import now
from valvomo.queries import health
from valvomo.settings import Settings

pytestmark = pytest.mark.slow
PATIENCE = 120.0


async def seen(client: httpx.AsyncClient, check: str, status: str) -> httpx.Response:
    """The first answer in which the check is like this."""
    async with asyncio.timeout(PATIENCE):
        while True:
            answer = await client.get("/readyz")
            if answer.json()["checks"][check]["status"] == status:
                return answer
            await asyncio.sleep(0.05)


async def broken(client: httpx.AsyncClient, check: str) -> None:
    """It is named, and nobody is sent here."""
    answer = await seen(client, check, "failing")
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert (await client.get("/healthz")).json() == {"status": "ok"}, (
        "restarting the process would mend nothing"
    )


async def well(client: httpx.AsyncClient, check: str) -> None:
    await seen(client, check, "ok")


@asynccontextmanager
async def locked(url: str, table: str) -> AsyncIterator[None]:
    """Somebody keeps a table to themselves."""
    link = await asyncpg.connect(url)
    try:
        async with link.transaction():
            await link.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield
    finally:
        await link.close()


@asynccontextmanager
async def closed(server: Any, database: Database, *, to: str = "%") -> AsyncIterator[None]:
    """The database takes no new connections, and those whose newest statement is like this are gone."""
    name = urlsplit(database.url).path.lstrip("/")
    link = await asyncpg.connect(server.admin)
    try:
        await link.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        try:
            await link.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND query ILIKE $2",
                name,
                to,
            )
            yield
        finally:
            await link.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    finally:
        await link.close()


async def test_all_is_well(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    for bounds in ("DATABASE", "LANE", "FEED", "LOOP"):
        # A busy machine is slow without anything being amiss.
        monkeypatch.setattr(readiness, bounds, Bounds(PATIENCE, PATIENCE))
    client = place.anybody()
    async with asyncio.timeout(PATIENCE):
        # What was looked at before the bounds were these is told for a moment more.
        while (answer := await client.get("/readyz")).json()["status"] != "ok":  # noqa: ASYNC110 - it is asked
            await asyncio.sleep(0.02)
    told = answer.json()
    assert answer.status_code == 200
    assert list(told["checks"]) == ["database", "schema", "messages", "feeds", "loop", "staying", "bus"]
    assert {one["status"] for one in told["checks"].values()} == {"ok"}
    assert 0 <= told["age"] < PATIENCE
    assert told["checks"]["database"]["seconds"] > 0


async def test_a_process_that_is_going_answers_and_wants_nobody_new(place: Place) -> None:
    client = place.anybody()
    await well(client, "staying")
    assert "connection" not in (await client.get("/healthz")).headers
    place.parts.live.handing_over.begin()  # type: ignore[attr-defined]
    await broken(client, "staying")
    answer = await client.get("/healthz")
    assert (answer.status_code, answer.headers["connection"]) == (200, "close")


async def test_the_database_is_away(place: Place, server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    client = place.anybody()
    await well(client, "database")
    monkeypatch.setattr(health, "PATIENCE_SECONDS", 0.5)
    async with closed(server, place.house.database):
        await broken(client, "database")
    await well(client, "database")


async def test_who_asks_while_the_database_is_away_is_told_when_to_ask_again(
    place: Place, server: Any
) -> None:
    client, conversation = await place.as_("eino"), await place.served("eino")
    path = f"/api/v1/conversations/{conversation}"
    async with closed(server, place.house.database):
        answers = [await client.get(path), await client.post(f"{path}/force-close", json={"reason": "Over"})]
    for answer in answers:
        assert (answer.status_code, answer.json()["type"]) == (503, "server/busy")
        assert int(answer.headers["retry-after"]) >= 1
    assert (await client.get(path)).json()["state"] == "active"


async def test_the_schema_is_not_ours(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    client = place.anybody()
    await well(client, "schema")
    ready = place.app.routes.state["readiness"]
    monkeypatch.setattr(ready._schema, "_seconds", 0.0)
    await place.house.database._pool.execute("CREATE TABLE kept AS SELECT * FROM schema_migrations")
    await place.house.database._pool.execute(
        "DELETE FROM schema_migrations WHERE number = (SELECT max(number) FROM schema_migrations)"
    )
    await broken(client, "schema")
    await place.house.database._pool.execute(
        "INSERT INTO schema_migrations SELECT * FROM kept ON CONFLICT DO NOTHING"
    )
    await well(client, "schema")


async def test_messages_are_stuck(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LANE", Bounds(0.05, 0.1))
    client, conversation = await place.as_("eino"), await place.served("eino")
    said = {"text": "Hello", "client_id": "c1"}
    async with asyncio.TaskGroup() as group, locked(place.house.database.url, "public_messages"):
        posting = group.create_task(client.post(f"/api/v1/conversations/{conversation}/messages", json=said))
        await broken(place.anybody(), "messages")
        assert not posting.done()
    assert posting.result().is_success
    await well(place.anybody(), "messages")


async def test_a_floor_is_stale(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "FEED", Bounds(1.0, 2.0))
    hub = place.parts.live
    room = await hub.rooms.open(place.house.sample.organization_id)  # type: ignore[attr-defined]
    await well(place.anybody(), "feeds")
    async with locked(place.house.database.url, "facts"):
        await broken(place.anybody(), "feeds")
        assert room.feed.age_ms() >= 2000
    await well(place.anybody(), "feeds")


async def test_one_floor_that_is_stale_among_others_sends_nobody_away(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readiness, "FEED", Bounds(1.0, 2.0))
    hub, client = place.parts.live, place.anybody()
    other = await create_sample(place.parts.executor, "no password", name="Other", domain="other.example")
    both = [
        await hub.rooms.open(one)  # type: ignore[attr-defined]
        for one in (place.house.sample.organization_id, other.organization_id)
    ]
    stuck = asyncio.Event()
    monkeypatch.setattr(both[0].feed, "read_on", stuck.wait)
    answer = await seen(client, "feeds", "degraded")
    while answer.json()["checks"]["feeds"]["seconds"] < 2.5:
        await asyncio.sleep(0.1)
        answer = await client.get("/readyz")
        assert answer.status_code == 200
    monkeypatch.setattr(both[1].feed, "read_on", stuck.wait)
    await broken(client, "feeds")
    monkeypatch.undo()
    stuck.set()
    await well(client, "feeds")


async def test_the_loop_is_held_up(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "LOOP", Bounds(0.3, 0.6))
    client = place.anybody()
    await well(client, "loop")
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        pass
    await broken(client, "loop")
    await well(client, "loop")


async def test_without_the_others_it_is_slower_and_still_true(house: Any, server: Any) -> None:
    built = assemble(house.database, Settings(database_url=house.database.url), clock=now)
    async with (
        running(built),
        httpx.AsyncClient(transport=httpx.ASGITransport(app=built.app), base_url=ORIGIN) as client,
    ):
        await well(client, "bus")
        async with closed(server, house.database, to="LISTEN%"):
            answer = await seen(client, "bus", "degraded")
            assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
        await well(client, "bus")


async def test_many_probes_are_one_question(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0
    answers = health.answers

    async def count(reader: Any) -> bool:
        nonlocal asked
        asked += 1
        return await answers(reader)

    monkeypatch.setattr(health, "answers", count)
    monkeypatch.setattr(place.app.routes.state["readiness"]._ready, "_seconds", PATIENCE)
    client = place.anybody()
    found = await asyncio.gather(*(client.get("/readyz") for _ in range(100)))
    assert {one.status_code for one in found} == {200}
    assert asked == 1
