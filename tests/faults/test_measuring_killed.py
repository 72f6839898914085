"""A server starts what measures beside itself; when that is killed, another one goes on, and nothing waits for it."""

from __future__ import annotations

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sample_patience import until
from sample_server import Served

from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.demo.organization import PASSWORD, create_sample
from valvomo.main.clock import now

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)

pytestmark = pytest.mark.slow  # starts a server and a model, and waits until another one stands


@pytest.fixture
async def served(server: Any, template: str, tmp_path: Path) -> AsyncIterator[Served]:
    name = await server.create(template)
    process = Served(tmp_path, server.url(name), settings={"VALVOMO_INSIGHT_PROCESSES": "1"})
    process.start()
    yield process
    process.stop()
    await server.drop(name)


def measuring(owner: int) -> list[int]:
    """Processes that measure for a server."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            words = (one / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if words[-4:-1] == [b"insight", b"--owner", str(owner).encode()]:
            found.append(int(one.name))
    return found


async def test_what_measures_may_die(served: Served) -> None:
    database = await Database.open(served.database_url, pool_size=2)
    sample = await create_sample(
        Executor(database, now, Doorbell()), QUICK, name="House", domain="demo.example"
    )
    async with (
        httpx.AsyncClient(base_url=served.address, timeout=120, trust_env=False) as customer,
        httpx.AsyncClient(base_url=served.address, timeout=120, trust_env=False) as saara,
    ):
        body = {"email": "saara@demo.example", "password": PASSWORD}
        assert (await saara.post("/api/v1/session", json=body)).is_success
        begun = {"key": sample.keys["Web chat"], "name": "Ada", "language": "en"}
        made = (await customer.post("/widget/v1/conversations", json=begun)).json()
        customer.headers["Authorization"] = f"Bearer {made['token']}"
        path = f"/api/v1/conversations/{made['conversation']['id']}"

        async def says(text: str) -> None:
            answer = await customer.post("/widget/v1/messages", json={"text": text})
            assert answer.status_code == 201, answer.text

        async def felt(*levels: str) -> bool:
            mood = (await saara.get(path)).json()["sentiment"]
            return mood is not None and tuple(one["level"] for one in mood["points"]) == levels

        await says("I am furious, this is terrible and nobody helps me.")
        await until(lambda: felt("very_negative"))
        assert served.pid is not None
        (first,) = measuring(served.pid)
        os.kill(first, signal.SIGKILL)
        await says("Wonderful, thank you so much, that is perfect!")
        await until(lambda: felt("very_negative", "very_positive"))
        (second,) = measuring(served.pid)
        assert second != first
    await database.close()
    owner = served.pid
    served.kill()

    async def gone() -> bool:
        return measuring(owner or 0) == []

    await until(gone)
    served.start()
