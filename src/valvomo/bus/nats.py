"""The bus over NATS, for many processes: one connection each, one subject for each channel.

The client's own reconnecting is off. It would keep what was published meanwhile and send it later, when it is worth
nothing, and it gives up for good on some errors. Here the connection is made anew, with back-off and jitter, for as
long as the process lives; and whoever listens is told that something may have been missed.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nats.errors
import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg

from valvomo.bus.outgoing import Outgoing
from valvomo.bus.port import Listener, Traffic

FIRST_PAUSE = 0.1
LONGEST_PAUSE = 5.0
CONNECT_SECONDS = 3
PING_SECONDS = 5
"""A connection that died without a word is found out after two of these."""
MOST_HELD = 5000
"""Messages that wait to be heard; more are lost, and whoever listens is told that something may have been missed."""
MOST_HELD_BYTES = 4 * 1024 * 1024
CLOSE_SECONDS = 2.0
_TROUBLE = (OSError, TimeoutError, nats.errors.Error, ValueError)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where NATS is and how one gets in. It shows itself without passwords."""

    servers: tuple[str, ...]
    user: str | None = None
    password: str | None = None
    token: str | None = None
    credentials: Path | None = None
    tls: bool = False
    authority: Path | None = None
    """Certificates to be trusted instead of the system's."""

    @classmethod
    def of(cls, url: str, *, credentials: Path | None = None, authority: Path | None = None) -> Address:
        """One server or several, separated by commas: `nats://user:password@host:4222`, `tls://token@host`.

        Who signs in is taken from the first that says so.
        """
        parts = [urlsplit(one.strip()) for one in url.split(",") if one.strip()]
        known = next((one for one in parts if one.username), None)
        user = unquote(known.username or "") if known else None
        password = unquote(known.password) if known and known.password is not None else None
        return cls(
            servers=tuple(f"{one.scheme}://{one.netloc.rpartition('@')[2]}" for one in parts),
            user=user if password is not None else None,
            password=password,
            token=user if password is None else None,
            credentials=credentials,
            tls=any(one.scheme == "tls" for one in parts),
            authority=authority,
        )

    def __repr__(self) -> str:
        return f"Address({', '.join(self.servers)})"

    async def connect(self, client: Client, **more: object) -> None:
        """Connect this client. Raises one of `_TROUBLE`, or whatever else the client makes of a refusal."""
        options: dict[str, object] = {
            "servers": list(self.servers),
            "user": self.user,
            "password": self.password,
            "token": self.token,
            "user_credentials": str(self.credentials) if self.credentials else None,
            "tls": ssl.create_default_context(cafile=self.authority) if self.tls else None,
            "name": "valvomo",
            "allow_reconnect": False,
            # Of each server, while connecting; zero would be for ever.
            "max_reconnect_attempts": 1,
            "reconnect_time_wait": 0,
            "connect_timeout": CONNECT_SECONDS,
            "ping_interval": PING_SECONDS,
            **more,
        }
        await client.connect(**options)  # type: ignore[arg-type]  # of many types, checked by nats-py


class NatsBus:
    """`prefix` begins every subject, so that several installations can share a server."""

    def __init__(self, address: Address, *, prefix: str = "valvomo") -> None:
        self.traffic = Traffic()
        self._address = address
        self._prefix = prefix
        self._outgoing = Outgoing(self.traffic)
        self._listeners: list[tuple[str, Listener]] = []
        self._last_trouble: Exception | None = None

    def publish(self, channel: str, payload: str) -> None:
        """Tell the others soon; while there is no connection it is dropped."""
        if not self.traffic.connected:
            self.traffic.dropped += 1
            return
        self._outgoing.put(channel, payload)

    def subscribe(self, channel: str, listener: Listener) -> None:
        """Call this with whatever is published."""
        self._listeners.append((channel, listener))

    async def run(self) -> None:
        """Carry until cancelled."""
        pause = FIRST_PAUSE
        while True:
            try:
                async with self._connected() as (client, lost):
                    pause = FIRST_PAUSE
                    self._may_have_missed()
                    await self._carry(client, lost)
                error: Exception | None = client.last_error
            except _TROUBLE as caught:
                error = caught
            self.traffic.losses += 1
            error = self._last_trouble or error
            self._last_trouble = None
            log.warning("bus.lost", servers=self._address.servers, error=repr(error), pause_seconds=pause)
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - that not all come at once
            pause = min(pause * 2, LONGEST_PAUSE)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[tuple[Client, asyncio.Event]]:
        lost, client = asyncio.Event(), Client()

        async def closed() -> None:
            self.traffic.connected = 0
            lost.set()

        try:
            await self._address.connect(client, closed_cb=closed, error_cb=self._trouble)
            for channel, listener in self._listeners:
                await client.subscribe(
                    f"{self._prefix}.{channel}",
                    cb=self._hearing(listener),
                    pending_msgs_limit=MOST_HELD,
                    pending_bytes_limit=MOST_HELD_BYTES,
                )
            await client.flush(CONNECT_SECONDS)
            self.traffic.connected = 1
            yield client, lost
        finally:
            self.traffic.connected = 0
            self._outgoing.drop()
            with contextlib.suppress(*_TROUBLE):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await client.close()

    async def _carry(self, client: Client, lost: asyncio.Event) -> None:
        """Send what is published, until the connection is lost."""
        async with asyncio.TaskGroup() as group:
            sending = group.create_task(self._send(client))
            await lost.wait()
            sending.cancel()

    async def _send(self, client: Client) -> None:
        while True:
            for channel, payload in await self._outgoing.take():
                try:
                    await client.publish(f"{self._prefix}.{channel}", payload.encode())
                    self.traffic.sent += 1
                except nats.errors.Error:
                    # The connection is closing, which `lost` tells.
                    self.traffic.dropped += 1
                    await asyncio.sleep(0)

    def _hearing(self, listener: Listener) -> Callable[[Msg], Awaitable[None]]:
        async def hear(message: Msg) -> None:
            self.traffic.heard += 1
            listener(message.data.decode())

        return hear

    async def _trouble(self, error: Exception) -> None:
        if isinstance(error, nats.errors.SlowConsumerError):
            self.traffic.missed += 1
            self._may_have_missed()
            return
        self._last_trouble = error

    def _may_have_missed(self) -> None:
        for _, listener in self._listeners:
            listener("")
