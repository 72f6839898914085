"""Rooms: one organization's trouble stays its own, and nobody keeps a floor that nobody looks at."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from argon2 import PasswordHasher
from sample_patience import until as soon
from sample_sockets import Served, say, until
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from valvomo.commands.settings.sign_in import Session
from valvomo.db.ids import new_id
from valvomo.demo.organization import PASSWORD, create_sample
from valvomo.edge.ws.frames import QueuedSink
from valvomo.live import feed, rooms
from valvomo.live.connection import Connection

pytestmark = pytest.mark.slow
SPOIL = """UPDATE conversations SET body = body || '{"participants": 7}'"""
MEND = """UPDATE conversations SET body = body || '{"participants": []}'"""


async def neighbour(served: Served) -> str:
    """The secret of somebody of another organization."""
    hashed = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    await create_sample(served.house.parts.executor, hashed, name="Other", domain="other.example")
    found = await served.house.parts.gate.sign_in("saara@other.example", PASSWORD)
    assert isinstance(found, Session)
    return found.token


async def shown(socket: ClientConnection) -> list[Any]:
    """The board, asked for anew."""
    await say(socket, op="watch", topic="board")
    return list((await until(socket, topic="board", op="snapshot"))["data"])


async def test_a_floor_that_cannot_be_read_turns_away_its_own_readers_only(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "FIRST_PAUSE", 0.05)
    await served.start()
    await served.database._pool.execute(SPOIL)
    token, other = await served.session("saara"), await neighbour(served)
    for _ in range(2):
        with pytest.raises(ConnectionClosed) as closed:
            async with served.live(token) as socket:
                await shown(socket)
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1013
    async with served.live(other) as socket:
        assert await shown(socket) == []
    await served.database._pool.execute(MEND)
    await asyncio.sleep(0.2)
    async with served.live(token) as socket:
        assert len(await shown(socket)) == 1


async def test_a_floor_that_cannot_be_read_any_more_goes_stale_and_the_others_do_not(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed, "LONGEST_PAUSE", 0.1)
    await served.start()
    hub = served.house.hub
    async with (
        served.live(await served.session("saara")) as socket,
        served.live(await neighbour(served)) as other,
    ):
        await shown(socket)
        await shown(other)
        room, sound = hub.rooms.get(served.sample.organization_id), list(hub.rooms)[1]
        assert room is not None

        async def fails_once() -> None:
            monkeypatch.undo()
            monkeypatch.setattr(feed, "LONGEST_PAUSE", 0.1)
            raise ValueError("a fact that cannot be taken in")

        await served.database._pool.execute(SPOIL)
        monkeypatch.setattr(room.feed, "keep_up", fails_once)
        await soon(lambda: room.feed.unreadable and room.feed.age_ms() > 1500)
        assert hub.least_lag_ms() <= sound.feed.age_ms() < hub.lag_ms()
        async with asyncio.timeout(90):
            while (await until(socket, op="lag"))["ms"] < 1000:
                pass
        assert await shown(other) == []
        await served.database._pool.execute(MEND)
        assert len((await until(socket, topic="board", op="snapshot"))["data"]) == 1
        assert not room.feed.unreadable


async def test_a_room_that_breaks_lets_its_readers_go_and_begins_anew(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with served.live(await served.session("saara")) as socket:
        await shown(socket)
        [room] = served.house.hub.rooms
        # A bug that gets through every guard within the room.
        monkeypatch.setattr(feed, "POLL_SECONDS", None)
        with pytest.raises(ConnectionClosed) as closed:
            await until(socket, op="never")
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 1012
    async with served.live(await served.session("saara")) as socket:
        assert await shown(socket) == []
        assert list(served.house.hub.rooms) != [room]


async def test_a_room_ends_some_time_after_its_last_reader(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, hub = await served.session("saara"), served.house.hub
    async with served.live(token) as socket:
        await shown(socket)
        [room] = hub.rooms
        monkeypatch.setattr(rooms, "KEPT_SECONDS", 0.0)
        await hub.rooms.end_unused()
        assert list(hub.rooms) == [room], "somebody is there"
        frames = hub.statistics().frames
    await soon(lambda: not list(hub.rooms))
    await soon(lambda: not {one for one in _running() if one.startswith(("Room.", "Feed."))})
    assert hub.statistics().frames >= frames > 0
    monkeypatch.undo()
    await served.start()
    async with served.live(token) as socket:
        assert len(await shown(socket)) == 1
        await served.start()
        assert len((await until(socket, topic="board", op="changes"))["data"]) == 1


async def test_who_comes_while_a_room_ends_is_in_one_that_lives(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "KEPT_SECONDS", 0.0)
    actor, hub = await served.sample.actor(served.database, "saara"), served.house.hub

    async def visit(turns: int) -> None:
        connection = Connection(id=new_id(), actor=actor, sink=QueuedSink())
        room = await hub.rooms.enter(connection)
        for _ in range(turns):
            assert hub.rooms.get(actor.organization_id) is room
            assert not hub.rooms._tasks[room].done()
            assert not hub.rooms._tasks[room].cancelling()
            await asyncio.sleep(0)
        hub.rooms.leave(connection)

    async def sweep() -> None:
        await asyncio.sleep(0)
        await hub.rooms.end_unused()

    for turns in range(8):
        await asyncio.gather(sweep(), visit(turns), sweep(), visit(1), visit(turns), sweep(), sweep())
    await hub.rooms.end_unused()
    assert not list(hub.rooms)


def _running() -> set[str]:
    return {task.get_coro().__qualname__ for task in asyncio.all_tasks()}  # type: ignore[union-attr]
