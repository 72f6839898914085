"""A real uvicorn on a free port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from sample_sockets import Served

from valvomo.edge.ws.frames import SharedFrames
from valvomo.main.assembly import assemble, running
from valvomo.main.clock import now
from valvomo.settings import Settings


@pytest.fixture(params=["shared", "plain"])
async def served(house: Any, request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    """With our frames, and with the server's own."""
    built = assemble(house.database, Settings(), clock=now)
    protocol = SharedFrames if request.param == "shared" else "websockets-sansio"
    config = uvicorn.Config(
        built.app, port=0, ws=protocol, ws_per_message_deflate=False, log_config=None, lifespan="off"
    )
    server = uvicorn.Server(config)
    async with running(built), asyncio.TaskGroup() as group:
        task = group.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield Served(built, port, house.sample, house.database)
        server.should_exit = True
        await task
