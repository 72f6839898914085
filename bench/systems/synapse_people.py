"""Matrix clients: everybody is a registered user with one long-polled `/sync`, which for an agent covers five rooms."""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import quote

import msgspec

from floor_wire import Caller, WireError
from workload.people import Ears

_API = "/_matrix/client/v3"
_PATIENCE = 30_000
"""Milliseconds for which `/sync` waits."""


class Content(msgspec.Struct, frozen=True):
    """What is read of an event's content."""

    body: str = ""


class Event(msgspec.Struct, frozen=True):
    """What is read of an event."""

    type: str
    content: Content = Content()


class Timeline(msgspec.Struct, frozen=True):
    """New events of a room."""

    events: list[Event] = []


class Room(msgspec.Struct, frozen=True):
    """What is new in a room."""

    timeline: Timeline = Timeline()


class Rooms(msgspec.Struct, frozen=True):
    """Rooms that one is in."""

    join: dict[str, Room] = {}


class Sync(msgspec.Struct, frozen=True):
    """What is read of an answer to `/sync`."""

    next_batch: str
    rooms: Rooms = Rooms()


@dataclass(slots=True)
class User:
    """Somebody with an account: a connection for what they do, and another for what they hear."""

    id: str
    token: str
    acts: Caller
    hears: Caller
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    listening: asyncio.Task[None] | None = None

    @property
    def bearer(self) -> dict[str, str]:
        """Who they are."""
        return {"Authorization": f"Bearer {self.token}"}

    async def act(self, method: str, path: str, body: object) -> dict[str, str]:
        """One after the other."""
        async with self.turn:
            found: dict[str, str] = await self.acts.ask(method, f"{_API}{path}", self.bearer, body)
            return found


class MatrixPeople:
    """A customer makes a private room and invites an agent, who joins: nobody is asked, there is nothing to watch."""

    watches = False

    def __init__(self, port: int, ears: Ears) -> None:
        self._port = port
        self._ears = ears
        self._run = secrets.token_hex(4)
        self._agents: list[User] = []
        self._customers: dict[int, User] = {}
        self._rooms: dict[int, str] = {}
        self._conversations: dict[str, int] = {}
        self._group = asyncio.TaskGroup()
        self._failed = 0

    async def gather(self, agents: int, supervisors: int) -> None:  # noqa: ARG002 - nothing to watch
        """Agents' accounts."""
        await self._group.__aenter__()
        for number in range(agents):
            self._agents.append(await self._user(f"agent{number}", on_customers_side=False))

    async def arrive(self, conversation: int) -> None:
        """An account, a room, an invitation, and the agent in it."""
        customer = await self._user(f"customer{conversation}", on_customers_side=True)
        self._customers[conversation] = customer
        agent = self._agent(conversation)
        made = await customer.act(
            "POST", "/createRoom", {"preset": "private_chat", "invite": [agent.id], "is_direct": True}
        )
        room = made["room_id"]
        self._rooms[conversation] = room
        self._conversations[room] = conversation
        await agent.act("POST", f"/join/{quote(room)}", {})

    async def say(self, conversation: int, by_customer: bool, text: str) -> None:  # noqa: FBT001
        """A message event; answered when it is stored."""
        user = self._customers[conversation] if by_customer else self._agent(conversation)
        path = f"/rooms/{quote(self._rooms[conversation])}/send/m.room.message/{text[:12]}-{self._run}"
        await user.act("PUT", path, {"msgtype": "m.text", "body": text})

    async def close(self, conversation: int) -> None:
        """Both leave the room."""
        room = self._rooms.pop(conversation)
        customer = self._customers.pop(conversation)
        for user in (self._agent(conversation), customer):
            await user.act("POST", f"/rooms/{quote(room)}/leave", {})
        if customer.listening is not None:
            customer.listening.cancel()

    async def step(self, agent: int, away: bool) -> None:  # noqa: FBT001
        """By presence."""
        user = self._agents[agent]
        presence = "unavailable" if away else "online"
        await user.act("PUT", f"/presence/{quote(user.id)}/status", {"presence": presence})

    def watch(self, watching: bool) -> None:  # noqa: FBT001
        """There is nothing to watch."""

    async def untrue(self) -> int:
        """Syncs that failed."""
        failed, self._failed = self._failed, 0
        return failed

    async def leave(self) -> None:
        """Nobody listens any more."""
        for user in (*self._agents, *self._customers.values()):
            if user.listening is not None:
                user.listening.cancel()
        await self._group.__aexit__(None, None, None)

    def _agent(self, conversation: int) -> User:
        return self._agents[conversation % len(self._agents)]

    async def _user(self, name: str, *, on_customers_side: bool) -> User:
        acts = Caller(self._port)
        wanted = {
            "username": f"{name}-{self._run}",
            "password": secrets.token_hex(8),
            "auth": {"type": "m.login.dummy"},
        }
        made = await acts.post(f"{_API}/register", {}, wanted)
        user = User(id=made["user_id"], token=made["access_token"], acts=acts, hears=Caller(self._port))
        user.listening = self._group.create_task(self._listen(user, on_customers_side=on_customers_side))
        return user

    async def _listen(self, user: User, *, on_customers_side: bool) -> None:
        since = ""
        while True:
            path = f"{_API}/sync?timeout={_PATIENCE if since else 0}{since}"
            try:
                answer = await user.hears.raw("GET", path, user.bearer)
            except WireError:
                self._failed += 1
                await asyncio.sleep(0.5)
                continue
            at = time.perf_counter()
            sync = msgspec.json.decode(answer, type=Sync)
            since = f"&since={quote(sync.next_batch)}"
            for room, news in sync.rooms.join.items():
                for event in news.timeline.events:
                    if event.type == "m.room.message" and room in self._conversations:
                        self._ears.heard(self._conversations[room], on_customers_side, event.content.body, at)
