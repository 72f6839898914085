"""Servers are replaced one by one while people work: nobody is taken for lost, nothing is lost or doubled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sample_server import Served
from sample_town import Town, living

pytestmark = pytest.mark.slow  # servers are started and ended
LOSSES = """
    SELECT count(*) FROM facts WHERE kind = 'agent_disconnected' OR body ->> 'cause' = 'connection_lost'
"""
"""Agents who were taken for lost, and what was withdrawn from them for that."""


@pytest.fixture
async def town(tmp_path: Path, binaries: Path | None) -> AsyncIterator[Town]:
    async with living(tmp_path / "home", tmp_path, binaries, customers=4, screens=6) as found:
        yield found


async def losses(town: Town) -> int:
    async with town.database._pool.acquire() as link:
        return int(await link.fetchval(LOSSES))


async def replace(town: Town, served: Served) -> None:
    """By the book: told to end, ended, started anew, while people go on."""
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.to_thread(served.stop))
        await town.work()
    await town.work()
    await asyncio.to_thread(served.start)
    await town.work()


async def test_a_rolling_restart(town: Town) -> None:
    before = town.connections
    for served in town.servers:
        await replace(town, served)
    await town.quiet()
    assert await losses(town) == 0
    assert all(later > earlier for earlier, later in zip(before, town.connections, strict=True))
