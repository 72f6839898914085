"""Two servers on one database, as behind a proxy, and a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser
from sample_chromium import launched
from sample_server import Served

from valvomo.demo.organization import Sample


class Pair(NamedTuple):
    """Two servers, and what stands in their database."""

    one: Served
    two: Served
    sample: Sample

    @property
    def ports(self) -> list[int]:
        return [self.one.port, self.two.port]


@pytest.fixture
async def pair(house: Any, tmp_path: Path) -> AsyncIterator[Pair]:
    servers = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        servers.append(Served(tmp_path / name, house.database.url, drain_seconds=1.0))
    async with asyncio.TaskGroup() as group:
        for one in servers:
            group.create_task(asyncio.to_thread(one.start))
    yield Pair(servers[0], servers[1], house.sample)
    for one in servers:
        one.kill()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with launched() as chromium:
        yield chromium
