"""Simulated people against the real server, over its real socket, at high speed; afterwards everything is in order."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from argon2 import PasswordHasher

from valvomo.commands.settings.passwords import Passwords
from valvomo.db.database import Database
from valvomo.demo.organization import AGENTS, PASSWORD, ensure_sample
from valvomo.demo.people.crowd import Crowd, NobodyError, Plan
from valvomo.demo.people.memory import Remembered
from valvomo.demo.people.pace import Pace
from valvomo.demo.people.tally import Tally
from valvomo.demo.people.world import World
from valvomo.main.assembly import House
from valvomo.main.server import serve
from valvomo.queries.verify import verify
from valvomo.settings import Settings

SPEED = 15.0
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
pytestmark = pytest.mark.slow


@asynccontextmanager
async def server(database_url: str) -> AsyncIterator[str]:
    async def prepare(house: House) -> None:
        await ensure_sample(house.parts.executor, Passwords(QUICK))

    async def ready(address: str) -> None:
        told.set_result(address)

    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    async with asyncio.TaskGroup() as group:
        serving = group.create_task(
            serve(Settings(database_url=database_url, port=0), prepare=prepare, ready=ready)
        )
        try:
            yield await told
        finally:
            serving.cancel()


async def lively(plan: Plan, enough: Callable[[Tally], bool]) -> Tally:
    """Let them live until it is enough."""
    world = World(pace=Pace(speed=SPEED, hurry=1.0), tally=Tally(), dice=random.Random(plan.seed))

    async with asyncio.timeout(150), asyncio.TaskGroup() as group:
        living = group.create_task(Crowd(plan=plan, world=world).run())
        while not enough(world.tally):
            assert not living.done(), dict(world.tally.troubles)
            await asyncio.sleep(0.1)
        living.cancel()
    return world.tally


def plan(address: str, memory: Path | None = None, **changes: object) -> Plan:
    whole = {
        "address": address, "agents": tuple((email, PASSWORD) for email in AGENTS[:4]), "customers": 8,
        "rate": 20.0, "looks_back": True, "memory": memory, "seed": 4,
    }  # fmt: skip
    return Plan(**{**whole, **changes})  # type: ignore[arg-type]


async def test_everything_is_in_order_after_people_were_there(database_url: str, database: Database) -> None:
    def enough(tally: Tally) -> bool:
        return tally.counts["complete"] >= 3 and tally.counts["transcripts compared"] >= 2

    async with server(database_url) as address:
        tally = await lively(plan(address), enough)
    assert list(tally.broken) == []
    assert tally.counts["messages"] >= 15
    assert not any("failed" in name or "Error" in name for name in tally.troubles), tally.troubles
    report = await verify(database)
    assert report.clean, report.findings
    assert report.messages >= tally.counts["messages"]


async def test_customers_find_back_after_a_restart(database_url: str, tmp_path: Path) -> None:
    memory = tmp_path / "customers.json"
    async with server(database_url) as address:
        await lively(plan(address, memory), lambda tally: tally.counts["messages"] >= 12)
    kept = msgspec.json.decode(memory.read_bytes(), type=list[Remembered])
    assert kept
    assert memory.stat().st_mode & 0o077 == 0
    async with server(database_url) as address:
        again = plan(address, memory, customers=len(kept), seed=5)
        tally = await lively(again, lambda tally: tally.counts["messages"] >= 8)
    assert list(tally.broken) == []


async def test_who_cannot_sign_in_says_so(database_url: str) -> None:
    async with server(database_url) as address:
        with pytest.raises(NobodyError, match="no agent could sign in"):
            await Crowd(plan=plan(address, agents=(("nobody@demo.example", "wrong"),)), world=_world()).run()
        with pytest.raises(NobodyError, match="widget key"):
            await Crowd(plan=plan(address, agents=()), world=_world()).run()


def _world() -> World:
    return World(pace=Pace(), tally=Tally(), dice=random.Random(1))
