"""A house that answers on a port, and what the tests say to it and hear from it over real sockets."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import msgspec
from websockets.asyncio.client import ClientConnection, connect

from valvomo.commands.conversations.message_lane import MessageLane
from valvomo.commands.conversations.messages import PostMessage
from valvomo.commands.conversations.start import StartConversation
from valvomo.commands.execute import Done
from valvomo.commands.registry import Command
from valvomo.commands.settings.sign_in import Session
from valvomo.db.database import Database
from valvomo.domain.access.actor import Actor, ActorKind, UserRole
from valvomo.domain.conversations.message import Visibility
from valvomo.domain.conversations.model import Channel
from valvomo.main.assembly import House


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

    @contextlib.asynccontextmanager
    async def widget(self, chat: dict[str, Any]) -> AsyncIterator[ClientConnection]:
        """The customer of a chat."""
        async with connect(f"ws://127.0.0.1:{self.port}/widget/v1/live") as socket:
            await say(socket, op="hello", token=chat["token"])
            yield socket

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


async def until(socket: ClientConnection, **wanted: Any) -> dict[str, Any]:
    """The next frame that has these members."""
    async with asyncio.timeout(90):
        while True:
            frame: dict[str, Any] = msgspec.json.decode(await socket.recv())
            if all(frame.get(name) == value for name, value in wanted.items()):
                return frame


async def say(socket: ClientConnection, **frame: Any) -> None:
    """Send a frame."""
    await socket.send(msgspec.json.encode(frame).decode())


async def post(lane: MessageLane, actor: Actor, conversation_id: str, text: str) -> None:
    """Write a public message; waits no longer than the lane does."""
    with contextlib.suppress(TimeoutError):
        await lane.post(
            actor,
            PostMessage(
                conversation_id=conversation_id, text=text, client_id="one", visibility=Visibility.PUBLIC
            ),
        )
