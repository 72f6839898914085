"""One Janus server as we speak to it: JSON over a WebSocket, by transactions, within one session (`janus-protocol`).

The session lives as long as it is heard of. A connection that breaks is made anew, and claims the session; where the
server does not know it any more, it has died, and with it all that it carried.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.typing import Subprotocol

from valvomo.media.janus.listed import Server

PLUGIN = "janus.plugin.videoroom"
API, ADMIN = Subprotocol("janus-protocol"), Subprotocol("janus-admin-protocol")
ANSWERS_WITHIN = 5.0
"""Seconds in which a server that is there answers."""
ALIVE_EVERY = 1.0
"""Seconds between two signs of life. Janus counts all its time from the last one, so they are close."""
AWAY_SECONDS = 3.0
"""For so long a connection that broke is tried again. What is heard cannot be changed meanwhile, so it is not long.

By then `reclaim_session_timeout` must not have passed since the last sign of life, nor `session_timeout` where the
network falls silent, which is noticed `ANSWERS_WITHIN` of the sign of life after it; both end what is heard.
"""
AGAIN_SECONDS = 0.25
SLOW_SECONDS = 0.5
"""Whoever has not answered for so long gets no new calls while there are others."""

GONE = 459
"""Janus' number for a handle that is not there."""

Message = dict[str, Any]

log = structlog.get_logger(__name__)


class JanusError(Exception):
    """Janus has refused; `code` is its own number of why."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{reason} ({code})")
        self.code = code


class Wire:
    """One WebSocket: asks, and gives each answer to who has asked; `heard` takes what nobody has asked for."""

    def __init__(self, socket: ClientConnection, secret: Message, heard: Callable[[Message], None]) -> None:
        self._socket = socket
        self._secret = secret
        self._heard = heard
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[Message]] = {}
        self._acknowledged: set[str] = set()
        self._of: dict[str, int] = {}
        self._since: dict[str, float] = {}

    @property
    def slow(self) -> bool:
        """Whether something has not been answered for longer than it takes."""
        now = asyncio.get_running_loop().time()
        return any(now - since > SLOW_SECONDS for since in self._since.values())

    @classmethod
    @asynccontextmanager
    async def open(
        cls, url: str, protocol: Subprotocol, secret: Message, heard: Callable[[Message], None]
    ) -> AsyncIterator[Wire]:
        """Raises `ConnectionError` where nobody is there, or where it ends before it is left."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN):
                socket = await connect(url, subprotocols=[protocol], proxy=None, ping_interval=None)
        except (OSError, InvalidHandshake, WebSocketException) as error:
            raise ConnectionRefusedError(f"{url}: {error!r}") from error
        wire = cls(socket, secret, heard)
        reading = asyncio.create_task(wire.read())  # noqa: TID251 - ends with the connection, and says why
        try:
            yield wire
        finally:
            reading.cancel()
            await socket.close()
            wire.break_off()

    async def ask(self, message: Message) -> Message:
        """What is answered at last, not that it has been taken. Raises `ConnectionError`, and `JanusError`."""
        number = f"{next(self._numbers)}"
        self._of[number] = message.get("handle_id", 0)
        # To a sign of life nothing else is answered.
        if message["janus"] == "keepalive":
            self._acknowledged.add(number)
        waits: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        self._waiting[number] = waits
        self._since[number] = asyncio.get_running_loop().time()
        text = msgspec.json.encode(message | self._secret | {"transaction": number}).decode()
        try:
            # Who does not read does not answer either: sending, too, waits for them.
            async with asyncio.timeout(ANSWERS_WITHIN):
                await self._socket.send(text)
                answer = await waits
        except TimeoutError as error:
            # Whoever does not answer is not there, whatever the system says of the connection.
            self._socket.transport.abort()
            raise ConnectionResetError("Janus does not answer") from error
        except WebSocketException as error:
            raise ConnectionResetError(f"Janus is away: {error!r}") from error
        finally:
            del self._waiting[number]
            self._acknowledged.discard(number)
            del self._of[number], self._since[number]
        refused = answer.get("error") or {}
        if refused:
            raise JanusError(refused["code"], refused["reason"])
        said = answer.get("plugindata", {}).get("data", {})
        if "error_code" in said:
            raise JanusError(said["error_code"], said.get("error", ""))
        return answer

    async def read(self) -> None:
        """Until the connection ends."""
        try:
            async for text in self._socket:
                message = msgspec.json.decode(text, type=Message)
                number = str(message.get("transaction"))
                waits = self._waiting.get(number)
                if waits is None:
                    self._heard(message)
                elif not waits.done() and (message.get("janus") != "ack" or number in self._acknowledged):
                    waits.set_result(message)
        except (WebSocketException, msgspec.MsgspecError) as error:
            log.warning("janus.connection", error=repr(error))
        finally:
            self._socket.transport.abort()
            self.break_off()

    async def ended(self) -> None:
        """Wait for the other side to go."""
        await self._socket.wait_closed()

    def break_off(self) -> None:
        """Nobody is answered any more."""
        for waits in self._waiting.values():
            if not waits.done():
                waits.set_exception(ConnectionResetError("the connection to Janus has ended"))

    def let_go(self, handle_id: int) -> None:
        """What was asked of a handle that is about to go is not answered by anybody."""
        for number in [one for one, handle in self._of.items() if handle == handle_id]:
            waits = self._waiting[number]
            if not waits.done():
                waits.set_exception(JanusError(GONE, "the handle has been let go"))


class Handle:
    """One attachment to the VideoRoom: a connection of media at most, in a room."""

    def __init__(self, session: Session, number: int, heard: Callable[[Message], None]) -> None:
        self.session = session
        self.id = number
        self.heard = heard

    async def say(self, request: str, jsep: Message | None = None, **body: object) -> Message:
        """A request of the VideoRoom's; what it says to it, with `jsep` where there is a description in it."""
        message: Message = {
            "janus": "message",
            "handle_id": self.id,
            "body": {"request": request} | body,
        } | ({"jsep": jsep} if jsep else {})
        answer = await self.session.ask(message)
        said: Message = answer.get("plugindata", {}).get("data", {})
        return said | ({"jsep": answer["jsep"]} if "jsep" in answer else {})

    async def detach(self) -> None:
        """Nothing goes through it any more; where the server is away, as soon as it is back."""
        await self.session.detach(self)


class Session:
    """Ours at one server. `alive` while the server has it; `back` is called when it has been away."""

    def __init__(self, server: Server, back: Callable[[], None]) -> None:
        self.server = server
        self.alive = False
        self._back = back
        self._admin: Wire | None = None
        self._orphans: set[int] = set()
        self._id = 0
        self._wire: Wire | None = None
        self._handles: dict[int, Handle] = {}

    async def keep(self, began: Callable[[], None]) -> None:
        """Have a session until it dies, which raises `ConnectionError`; `began` is called once, when there is one."""
        loop = asyncio.get_running_loop()
        seen = loop.time()
        while True:
            try:
                await self._connected(began)
            except JanusError as error:
                raise ConnectionRefusedError(f"{self.server.url}: {error}") from error
            except ConnectionError as error:
                log.warning("janus.away", url=self.server.url, error=str(error))
                if self._wire is not None:
                    seen = loop.time()
                if not self.alive or loop.time() - seen > AWAY_SECONDS:
                    raise
            finally:
                self._wire = self._admin = None
            await asyncio.sleep(AGAIN_SECONDS)

    async def _connected(self, began: Callable[[], None]) -> None:
        api, admin = {"apisecret": self.server.api_secret}, {"admin_secret": self.server.admin_secret}
        async with (
            Wire.open(self.server.url, API, api, self._told) as wire,
            Wire.open(self.server.admin, ADMIN, admin, lambda _: None) as measuring,
        ):
            if self._id:
                await wire.ask({"janus": "claim", "session_id": self._id})
            else:
                self._id = (await wire.ask({"janus": "create"}))["data"]["id"]
            self._wire, self._admin = wire, measuring
            for one in list(self._orphans):
                await self._let_go(one)
            if self.alive:
                self._back()
            else:
                self.alive = True
                began()
            await self._stay(wire)

    @property
    def slow(self) -> bool:
        """Whether the server is away at the moment, or takes longer to answer than it should."""
        return self._wire is None or self._wire.slow

    async def attach(self, heard: Callable[[Message], None]) -> Handle:
        """Raises `ConnectionError`, and `JanusError`."""
        answer = await self.ask({"janus": "attach", "plugin": PLUGIN})
        handle = self._handles[answer["data"]["id"]] = Handle(self, answer["data"]["id"], heard)
        return handle

    async def ask(self, message: Message) -> Message:
        """Within this session. Raises `ConnectionError`, and `JanusError`."""
        if self._wire is None:
            raise ConnectionResetError(f"{self.server.url} is away")
        return await self._wire.ask({"session_id": self._id} | message)

    async def detach(self, handle: Handle) -> None:
        """Nothing goes through it any more; where the server is away, as soon as it is back."""
        if self._handles.pop(handle.id, None) is not None:
            if self._wire is not None:
                self._wire.let_go(handle.id)
            self._orphans.add(handle.id)
            with suppress(ConnectionError):
                await self._let_go(handle.id)

    async def _let_go(self, handle_id: int) -> None:
        with suppress(JanusError):
            await self.ask({"janus": "detach", "handle_id": handle_id})
        self._orphans.discard(handle_id)

    async def measures(self, handles: list[int]) -> dict[int, Message]:
        """How these handles do, by the interface of administrators; without those that are gone."""
        found: dict[int, Message] = {}
        for one in handles:
            if self._admin is None:
                raise ConnectionResetError(f"{self.server.admin} is away")
            with suppress(JanusError):
                asked = {"janus": "handle_info", "session_id": self._id, "handle_id": one}
                found[one] = (await self._admin.ask(asked))["info"]
        return found

    async def _stay(self, wire: Wire) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(ALIVE_EVERY):
                    await wire.ended()
                    raise ConnectionResetError(f"{self.server.url} has ended the connection")
            await wire.ask({"janus": "keepalive", "session_id": self._id})

    def _told(self, message: Message) -> None:
        handle = self._handles.get(message.get("sender", 0))
        if handle is not None:
            handle.heard(message)
