"""A floor for every test of faults: one database for all of them, emptied before each."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sample_floor import Floor

from valvomo.db.database import Database


@pytest.fixture(scope="session")
def floor_url(server: Any, template: str) -> Iterator[str]:
    name = asyncio.run(server.create(template))
    yield server.url(name)
    asyncio.run(server.drop(name))


@pytest.fixture
async def floor(floor_url: str) -> AsyncIterator[Floor]:
    database = await Database.open(floor_url, pool_size=8)
    yield await Floor.open(database)
    await database.close()
