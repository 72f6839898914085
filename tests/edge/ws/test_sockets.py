"""The live stream over real sockets on a real uvicorn: signing in, frames, presence, refusals, slow readers."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from datetime import timedelta

import msgspec
import pytest
from sample_sockets import Served, post, say, until
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from valvomo.commands import connections
from valvomo.commands.agents.connection import AgentConnect
from valvomo.commands.agents.presence import SetPresence
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.execute import Done
from valvomo.commands.registry import Command
from valvomo.db import journal
from valvomo.domain.access.actor import Actor
from valvomo.domain.agents.presence import Presence
from valvomo.domain.refusals import Refusal
from valvomo.live import subscriptions
from valvomo.main.clock import now

pytestmark = pytest.mark.slow


async def closing(socket: ClientConnection) -> int | None:
    """The code with which the server ends the connection."""
    async with asyncio.timeout(90):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


async def test_a_chat_is_seen_by_everybody_whom_it_concerns(served: Served) -> None:
    async with (
        served.live(await served.session("saara")) as saara,
        served.live(await served.session("aino")) as aino,
    ):
        for socket, topic in ((saara, "board"), (aino, "me"), (saara, "agents"), (saara, "figures")):
            await say(socket, op="watch", topic=topic)
            assert (await until(socket, topic=topic))["op"] == "snapshot"
        chat = await served.start()
        frame = await until(saara, topic="board")
        assert [row["state"] for row in frame["data"]] == ["open"]
        one = frame["data"][0]["id"]
        await served.do("aino", Pick(conversation_id=one))
        mine = await until(aino, topic="me")
        assert [(item["kind"], item["id"]) for item in mine["data"] if item["kind"] == "conversation"] == [
            ("conversation", one)
        ]
        await say(aino, op="watch", topic=f"conversation:{one}")
        await until(aino, op="snapshot", topic=f"conversation:{one}")
        widget = f"ws://127.0.0.1:{served.port}/widget/v1/live"
        async with connect(widget) as customer:
            await say(customer, op="hello", token=chat["token"])
            await say(customer, op="watch", topic="conversation")
            state = (await until(customer, op="snapshot"))["data"][-1]
            assert state["agent"] == {"name": "Aino Korhonen"}
            await say(customer, op="typing", typing=True)
            typing = await until(aino, topic=f"conversation:{one}", data=_Typing("customer"))
            assert typing
            actor = await served.sample.actor(served.database, "aino")
            await post(served.house.parts.lane, actor, one, "Hyvää päivää")
            said = await until(customer, op="changes")
            assert [item["text"] for item in said["data"] if item["kind"] == "message"] == ["Hyvää päivää"]
        assert (await until(saara, op="lag"))["ms"] < 5000


class _Typing:
    """Compares equal to the items of somebody's typing."""

    def __init__(self, role: str) -> None:
        self.role = role

    def __eq__(self, data: object) -> bool:
        return isinstance(data, list) and any(
            item["kind"] == "typing" and item["author"]["role"] == self.role for item in data
        )

    def __hash__(self) -> int:
        return hash(self.role)


async def test_presence_follows_connections(served: Served) -> None:
    token = await served.session("aino")
    async with served.live(token) as first:
        await say(first, op="ping")
        await until(first, op="pong")
        await _noted(served, "aino", 1)
        async with served.live(token) as second:
            await say(second, op="ping")
            await until(second, op="pong")
            await _noted(served, "aino", 2)
    await _noted(served, "aino", 0)


async def test_whoever_is_back_in_a_moment_has_lost_nothing(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOMENT", 60.0)
    token, presence = (
        await served.session("aino"),
        SetPresence(agent_id=served.sample.people["aino"], presence=Presence.AVAILABLE),
    )
    for _ in range(3):
        async with served.live(token) as socket:
            await say(socket, op="ping")
            await until(socket, op="pong")
            await _noted(served, "aino", 1)
            await served.do("aino", presence)
            here = set(served.house.hub.connected())
            async with asyncio.timeout(90):
                while await _names(served) != here:  # noqa: ASYNC110 - the database has no event for it
                    await asyncio.sleep(0.02)
    async with served.database.reading() as tx:
        facts = await journal.after(tx, served.sample.organization_id, 0, 10_000)
    assert [one.kind for one in facts if one.kind.startswith("agent_")] == ["agent_connected"]


async def test_a_connection_that_could_not_be_noted_is_noted_after_all(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    executor, broken = served.house.parts.executor, asyncio.Event()
    execute = executor.execute

    async def fails_once(actor: Actor, command: Command, key: str | None = None) -> Done | Refusal:
        if isinstance(command, AgentConnect) and not broken.is_set():
            broken.set()
            raise ConnectionResetError("the database is away")
        return await execute(actor, command, key)

    monkeypatch.setattr(executor, "execute", fails_once)
    async with served.live(await served.session("aino")) as socket:
        await say(socket, op="ping")
        await until(socket, op="pong")
        async with asyncio.timeout(90):
            await broken.wait()
        for _ in range(2):
            await served.house.janitor.round()
        await _noted(served, "aino", 1)


async def test_strangers_and_foreign_pages_are_refused(
    served: Served, caplog: pytest.LogCaptureFixture, request: pytest.FixtureRequest
) -> None:
    token = await served.session("saara")
    for headers, status in (({"Cookie": "valvomo_session=nonsense"}, 401), ({}, 401)):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{served.port}/api/v1/live", additional_headers=headers):
                pass
        assert refused.value.response.status_code == status
    for origin in ("https://evil.example", "http://[", "null"):
        with pytest.raises(InvalidStatus) as refused:
            async with served.live(token, Origin=origin):
                pass
        assert refused.value.response.status_code == 403
        assert msgspec.json.decode(refused.value.response.body)["type"] == "request/foreign-origin"
    if request.node.callspec.params["served"] == "shared":
        assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []


async def test_nonsense_ends_the_connection(served: Served) -> None:
    nul = (
        '{"op":"watch","topic":"conversation:\\u0000"}',
        '{"op":"call","offer":"v=0","conversation":"\\u0000"}',
        '{"op":"hang_up","conversation":"\\u0000"}',
    )
    for words in ("nonsense", '{"op":"delete"}', "[" * 3000, b"\x00", *nul):
        async with served.live(await served.session("saara")) as socket:
            await socket.send(words)
            assert await closing(socket) == 4400


async def test_signing_out_ends_open_connections_within_moments(served: Served) -> None:
    token = await served.session("saara")
    async with served.live(token) as socket:
        await say(socket, op="watch", topic="board")
        await until(socket, topic="board")
        async with served.database.transaction() as tx:
            await tx.run(
                "people.drop_sessions", served.sample.organization_id, served.sample.people["saara"], None
            )
        assert await closing(socket) == 4401


async def test_a_customers_token_that_has_ended_ends_their_open_connection(served: Served) -> None:
    first, second = await served.start(), await served.start()
    widget = f"ws://127.0.0.1:{served.port}/widget/v1/live"
    async with connect(widget) as theirs, served.widget(second) as others:
        await say(theirs, op="hello", token=first["token"])
        for socket in (theirs, others):
            await say(socket, op="watch", topic="conversation")
            await until(socket, op="snapshot")
        await served.database._pool.execute(
            "UPDATE customer_tokens SET expires_at = $1 WHERE conversation_id = $2", now(), first["id"]
        )
        assert await closing(theirs) == 4401
        await say(others, op="ping")
        await until(others, op="pong")


async def test_a_token_in_the_address_opens_nothing(served: Served) -> None:
    chat = await served.start()
    async with connect(f"ws://127.0.0.1:{served.port}/widget/v1/live?token={chat['token']}") as socket:
        await say(socket, op="watch", topic="conversation")
        assert await closing(socket) == 4401


async def _noted(served: Served, person: str, wanted: int) -> None:
    """Wait until so many connections are noted: streams do not wait for it."""
    async with asyncio.timeout(90):
        while True:
            async with served.database.reading() as tx:
                who = (served.sample.organization_id, served.sample.people[person])
                if await tx.value("agents.connections", *who) == wanted:
                    return
            await asyncio.sleep(0.02)


async def _names(served: Served) -> set[str]:
    async with served.database.reading() as tx:
        rows = await tx.rows(
            "connections.of_process", served.house.hub.process_id, now() + timedelta(days=1), []
        )
    return {row["id"] for row in rows}


async def test_large_frames_are_compressed_for_who_accepts_it_and_text_for_all_others(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "SMALL", 0)
    chat = await served.start()
    token = await served.session("saara")
    async with served.live(token) as plain, served.live(token) as packing:
        await say(plain, op="watch", topic="board")
        rows = (await until(plain, topic="board"))["data"]
        assert [row["id"] for row in rows] == [chat["id"]]
        await say(packing, op="watch", topic="board", accept="gzip")
        async with asyncio.timeout(90):
            while isinstance(said := await packing.recv(), str):
                pass
        frame = json.loads(gzip.decompress(said))
        assert (frame["topic"], frame["op"]) == ("board", "snapshot")
        assert frame["data"] == rows
        await say(packing, op="ping")
        await until(packing, op="pong")


async def test_a_server_that_goes_says_within_which_time_to_come_back(served: Served) -> None:
    async with served.live(await served.session("saara")) as socket:
        await say(socket, op="ping")
        await until(socket, op="pong")
        served.house.hub.say_closing()
        assert (await until(socket, op="closing"))["within"] == 1000


async def test_a_process_that_is_going_hands_its_readers_over(served: Served) -> None:
    """They are asked to come back, count as there all the while, and nobody new comes in."""
    session = await served.session("eino")
    going = served.house.hub.handing_over
    async with served.live(session) as socket:
        await say(socket, op="watch", topic="me")
        await until(socket, topic="me", op="snapshot")
        await _noted(served, "eino", 1)
        await going.run(0.0, asyncio.Event())
        with pytest.raises(ConnectionClosed) as ended:
            await until(socket, op="never")
        assert ended.value.rcvd is not None
        assert ended.value.rcvd.code == 1012
    with pytest.raises(InvalidStatus) as refused:
        await served.live(session)
    assert refused.value.response.status_code == 503
    [actor] = served.house.hub.connected().values()
    assert actor.name.startswith("Eino")
    assert len(await served.database._pool.fetch("SELECT FROM connections")) == 1
