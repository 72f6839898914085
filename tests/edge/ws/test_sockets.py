"""The live stream over real sockets on a real uvicorn: signing in, frames, presence, refusals, slow readers."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec
import pytest
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.conversations.messages import PostMessage
from valvomo.commands.conversations.serve import Pick
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done
from valvomo.commands.registry import Command
from valvomo.commands.settings.sign_in import Session
from valvomo.db.database import Database
from valvomo.domain.access.actor import Actor, ActorKind, UserRole
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Channel
from valvomo.edge.ws.frames import SharedFrames
from valvomo.main import House, assemble, now, running
from valvomo.settings import Settings

pytestmark = pytest.mark.slow


class Served(NamedTuple):
    """A house that answers on a port."""

    house: House
    port: int
    sample: Any
    database: Database

    async def session(self, person: str) -> str:
        """A signed-in person's secret."""
        found = await self.house.parts.gate.sign_in(f"{person}@demo.example", "valvomo-demo")
        assert isinstance(found, Session)
        return found.token

    def live(self, token: str, **more: Any) -> Any:
        headers = {"Cookie": f"valvomo_session={token}", **more}
        return connect(f"ws://127.0.0.1:{self.port}/api/v1/live", additional_headers=headers)

    async def do(self, person: str, command: Command) -> dict[str, Any]:
        actor = await self.sample.actor(self.database, person)
        done = await self.house.parts.executor.execute(actor, command)
        assert isinstance(done, Done), done
        return dict(done.result)

    async def start(self) -> dict[str, Any]:
        """A customer begins a chat; its id and token."""
        integration = Actor(
            id="system:widget", organization_id=self.sample.organization_id, kind=ActorKind.SYSTEM,
            roles=frozenset({UserRole.INTEGRATION}),
        )  # fmt: skip
        command = StartConversation(
            channel=Channel.LIVE_CHAT, customer_name="Kaisa",
            workstream_id=self.sample.workstreams["Web chat"], issue_token=True,
        )  # fmt: skip
        done = await self.house.parts.executor.execute(integration, command)
        assert isinstance(done, Done), done
        return dict(done.result)


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


async def until(socket: ClientConnection, **wanted: Any) -> dict[str, Any]:
    """The next frame that has these members."""
    async with asyncio.timeout(5):
        while True:
            frame: dict[str, Any] = msgspec.json.decode(await socket.recv())
            if all(frame.get(name) == value for name, value in wanted.items()):
                return frame


async def closing(socket: ClientConnection) -> int | None:
    """The code with which the server ends the connection."""
    async with asyncio.timeout(5):
        with contextlib.suppress(ConnectionClosed):
            while True:
                await socket.recv()
    return socket.close_code


async def say(socket: ClientConnection, **frame: Any) -> None:
    await socket.send(msgspec.json.encode(frame).decode())


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
            await _post(served.house.parts.lane, actor, one, "Hyvää päivää")
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
        assert await _connections(served, "aino") == 1
        async with served.live(token) as second:
            await say(second, op="ping")
            await until(second, op="pong")
            assert await _connections(served, "aino") == 2
    async with asyncio.timeout(5):
        while await _connections(served, "aino"):  # noqa: ASYNC110 - the database has none either
            await asyncio.sleep(0.02)


async def test_strangers_and_foreign_pages_are_refused(served: Served) -> None:
    token = await served.session("saara")
    for headers, status in (({"Cookie": "valvomo_session=nonsense"}, 401), ({}, 401)):
        with pytest.raises(InvalidStatus) as refused:
            async with connect(f"ws://127.0.0.1:{served.port}/api/v1/live", additional_headers=headers):
                pass
        assert refused.value.response.status_code == status
    with pytest.raises(InvalidStatus) as refused:
        async with served.live(token, Origin="https://evil.example"):
            pass
    assert refused.value.response.status_code == 403
    assert msgspec.json.decode(refused.value.response.body)["type"] == "request/foreign-origin"


async def test_nonsense_ends_the_connection(served: Served) -> None:
    for words in ("nonsense", '{"op":"delete"}', "[" * 3000, b"\x00"):
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


async def _connections(served: Served, person: str) -> int:
    async with served.database.reading() as tx:
        count: int = await tx.value(
            "agents.connections", served.sample.organization_id, served.sample.people[person]
        )
    return count


async def _post(lane: MessageLane, actor: Actor, conversation_id: str, text: str) -> None:
    with contextlib.suppress(TimeoutError):
        await lane.post(
            actor,
            PostMessage(
                conversation_id=conversation_id, text=text, client_id="one", visibility=Visibility.PUBLIC
            ),
        )
