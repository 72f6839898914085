"""Whoever has gone leaves nothing behind: memory would grow with every connection until cycles are searched for."""

from __future__ import annotations

import asyncio
import gc
import weakref

import pytest
from sample_sockets import Served, say, until
from websockets.asyncio.client import connect

from valvomo.edge.ws.frames import SharedFrames

pytestmark = pytest.mark.slow


def forgotten() -> tuple[int, asyncio.Semaphore]:
    """How many connections the server has, and what is released once for each that nothing knows of any more."""
    ends = [one for one in gc.get_objects() if isinstance(one, SharedFrames)]
    released = asyncio.Semaphore(0)
    for end in ends:
        weakref.finalize(end, released.release)
    return len(ends), released


@pytest.mark.parametrize("served", ["shared"], indirect=True)
async def test_a_connection_that_has_ended_is_forgotten_without_a_search(served: Served) -> None:
    chat = await served.start()
    gc.collect()
    gc.disable()
    try:
        async with (
            served.live(await served.session("aino")),
            connect(f"ws://127.0.0.1:{served.port}/widget/v1/live") as customer,
            served.live(await served.session("saara")) as saara,
        ):
            await say(customer, op="hello", token=chat["token"])
            await say(customer, op="watch", topic="conversation")
            await until(customer, op="snapshot")
            await say(saara, op="watch", topic="board")
            await until(saara, op="snapshot", topic="board")
            count, released = forgotten()
            assert count == 3
            await customer.close()
            await saara.close()
            # Whoever says how fresh it is may think of the last one until the next second, as long as another is there.
            async with asyncio.timeout(90):
                await released.acquire()
                await released.acquire()
    finally:
        gc.enable()
