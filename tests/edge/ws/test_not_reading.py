"""Who stops reading is gone after a while, as who has lost the connection: nobody waits for them to read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sample_sockets import Served, say
from websockets.asyncio.client import connect

from valvomo.commands import connections
from valvomo.commands.agents.presence import SetPresence
from valvomo.domain.agents.presence import Presence
from valvomo.edge.ws import frames
from valvomo.edge.ws.frames import DirectSink
from valvomo.live import delivery
from valvomo.live.connection import CLOSE_SIGNED_OUT, HIGH_WATER, Connection
from valvomo.protocol.frames import raw, topic_frame

pytestmark = pytest.mark.slow
LONG = topic_frame("board", "changes", 1, [raw("x" * 65_000)])


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MOMENT", 0.05)
    monkeypatch.setattr(delivery, "MOST_BEHIND_SECONDS", 0.2)
    monkeypatch.setattr(frames, "CLOSE_SECONDS", 0.2)


async def aino(served: Served) -> tuple[str, int]:
    """What her presence is, and how many connections are noted of her."""
    one = served.sample.people["aino"]
    row = await served.database._pool.fetchrow(
        "SELECT chosen, (SELECT count(*) FROM connections WHERE user_id = $1) AS here FROM agents WHERE id = $1",
        one,
    )
    assert row is not None
    return row["chosen"], row["here"]


@asynccontextmanager
async def deaf(served: Served, least: int) -> AsyncIterator[Connection]:
    """Aino is available, and her socket has not read more than `least` bytes that were sent to it."""
    headers = {"Cookie": f"valvomo_session={await served.session('aino')}"}
    address = f"ws://127.0.0.1:{served.port}/api/v1/live"
    # A client that has taken in one message and is not asked for it reads nothing more.
    async with connect(address, additional_headers=headers, max_queue=1, close_timeout=0) as socket:
        await say(socket, op="ping")
        async with asyncio.timeout(90):
            while (await aino(served))[1] == 0:  # noqa: ASYNC110 - the database has no event for it
                await asyncio.sleep(0.02)
            [room] = served.house.hub.rooms
            [connection] = room.connections
            await served.do(
                "aino", SetPresence(agent_id=served.sample.people["aino"], presence=Presence.AVAILABLE)
            )
            while connection.sink.buffered() < least:
                connection.sink.write(LONG)
                await asyncio.sleep(0)
            assert (await aino(served))[0] == "available"
        yield connection


async def gone(served: Served) -> None:
    async with asyncio.timeout(90):
        while served.house.hub.connected() or await aino(served) != ("offline", 0):  # noqa: ASYNC110 - nor for this
            await asyncio.sleep(0.02)


async def test_who_stops_reading_is_gone(served: Served) -> None:
    async with deaf(served, HIGH_WATER + 1):
        await gone(served)
        [room] = served.house.hub.rooms
        assert room.delivery.dropped == 1
        assert not room.delivery.behind


async def test_who_is_told_to_go_and_does_not_read_is_gone(served: Served) -> None:
    async with deaf(served, HIGH_WATER // 2) as connection:
        connection.sink.close(CLOSE_SIGNED_OUT)
        await gone(served)


async def test_who_does_not_answer_a_ping_is_gone_with_what_was_unsent(served: Served) -> None:
    async with deaf(served, HIGH_WATER // 2) as connection:
        if not isinstance(connection.sink, DirectSink):
            pytest.skip("without our frames the server pings as it likes")
        connection.sink._protocol.keepalive_timeout()
        await gone(served)
