"""The bus by NOTIFY, for a few processes: no other server, one connection of its own for listening.

It is sent after the commit and once for a batch, because NOTIFY inside the transactions would hold a global lock over
every commit. A pooler in transaction mode between us and the server breaks listening (docs/operating.md).
"""

from __future__ import annotations

import asyncio

import structlog

from valvomo.bus.outgoing import Outgoing
from valvomo.bus.port import Listener, Traffic
from valvomo.db.database import Database
from valvomo.db.listening import listen
from valvomo.db.lost import LOST

TROUBLE_SECONDS = 1.0

log = structlog.get_logger(__name__)


class NotifyBus:
    """One for a process."""

    def __init__(self, database: Database) -> None:
        self.traffic = Traffic()
        self._database = database
        self._outgoing = Outgoing(self.traffic)
        self._listeners: dict[str, list[Listener]] = {}

    def publish(self, channel: str, payload: str) -> None:
        """Tell the others soon."""
        self._outgoing.put(channel, payload)

    def subscribe(self, channel: str, listener: Listener) -> None:
        """Call this with whatever is published."""
        self._listeners.setdefault(channel, []).append(listener)

    async def run(self) -> None:
        """Carry until cancelled."""
        channels = {_name(channel): channel for channel in self._listeners}
        async with asyncio.TaskGroup() as group:
            group.create_task(
                listen(
                    self._database.url,
                    channels,
                    lambda name, payload: self._heard(channels[name], payload),
                    self._lost,
                )
            )
            group.create_task(self._send())

    async def tell(self) -> None:
        """Tell the others what was published since they were told last."""
        await self._notify(self._outgoing.take_now())

    async def _send(self) -> None:
        while True:
            batch = await self._outgoing.take()
            try:
                await self._notify(batch)
            except LOST as error:
                self.traffic.dropped += len(batch)
                log.warning("bus.lost", error=repr(error))
                await asyncio.sleep(TROUBLE_SECONDS)

    async def _notify(self, batch: list[tuple[str, str]]) -> None:
        if not batch:
            return
        async with self._database.asking() as tx:
            await tx.run(
                "bus.notify", [_name(channel) for channel, _ in batch], [payload for _, payload in batch]
            )
        self.traffic.sent += len(batch)

    def _lost(self) -> None:
        self.traffic.connected = 0
        self.traffic.losses += 1

    def _heard(self, channel: str, payload: str) -> None:
        """An empty payload says that the connection stands (again)."""
        if payload:
            self.traffic.heard += 1
        else:
            self.traffic.connected = 1
        for listener in self._listeners[channel]:
            listener(payload)


def _name(channel: str) -> str:
    return f"valvomo_{channel}"
