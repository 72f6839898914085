"""The rooms of one process: an organization has one from its first reader on until some time after its last.

What goes wrong with one organization is its own affair: a floor that cannot be read is tried again less and less
often, and meanwhile its readers are turned away at once, while all others are served as ever.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator

import structlog

from valvomo.db.lost import LOST
from valvomo.live.connection import CLOSE_RESTART, Connection
from valvomo.live.room import Room

KEPT_SECONDS = 300.0
"""How long a room stays after its last reader: many only reload a page, or come back after a break."""
FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
"""Seconds between two attempts to open a room that could not be opened: twice as many after each."""

log = structlog.get_logger(__name__)


class UnreadableError(Exception):
    """The floor of this organization cannot be read now; why has been logged."""


class Rooms:
    """`make` makes a room that has not been loaded. `begin` must have been called before anybody can `enter`."""

    def __init__(self, make: Callable[[str], Room], ended: Callable[[Room], None]) -> None:
        self._make = make
        self._ended = ended
        self._rooms: dict[str, Room] = {}
        self._tasks: dict[Room, asyncio.Task[None]] = {}
        self._opening: dict[str, asyncio.Lock] = {}
        self._failed: dict[str, tuple[float, float]] = {}
        self._entered: dict[Connection, Room] = {}
        self._empty_since: dict[Room, float] = {}
        self._group: asyncio.TaskGroup | None = None
        self._begun = asyncio.Event()

    def __iter__(self) -> Iterator[Room]:
        """Those that are open."""
        return iter(list(self._rooms.values()))

    def begin(self, group: asyncio.TaskGroup) -> None:
        """Rooms are kept up to date in this group from now on."""
        self._group = group
        self._begun.set()

    def get(self, organization_id: str) -> Room | None:
        """The organization's room, if it is open."""
        return self._rooms.get(organization_id)

    async def enter(self, connection: Connection) -> Room:
        """A new reader; raises `UnreadableError` when there is no floor to be shown to them."""
        async with self.opening(connection.actor.organization_id):
            room = await self.open(connection.actor.organization_id)
            room.connections.add(connection)
            self._entered[connection] = room
            self._empty_since.pop(room, None)
        return room

    def of(self, connection: Connection) -> Room:
        """Where the reader is, also after that room has been given up."""
        return self._entered[connection]

    def leave(self, connection: Connection) -> None:
        """The reader is gone."""
        room = self._entered.pop(connection)
        room.leave(connection)
        if not room.connections:
            self._empty_since[room] = time.monotonic()

    def opening(self, organization_id: str) -> asyncio.Lock:
        """Whoever opens or ends a room of the organization, or enters it, has this lock."""
        return self._opening.setdefault(organization_id, asyncio.Lock())

    async def open(self, organization_id: str) -> Room:
        """The organization's room; only under its opening lock. Raises `UnreadableError`."""
        await self._begun.wait()
        if (known := self._rooms.get(organization_id)) is not None:
            return known
        not_before, pause = self._failed.get(organization_id, (0.0, FIRST_PAUSE))
        if time.monotonic() < not_before:
            raise UnreadableError
        room = self._make(organization_id)
        try:
            await room.feed.load()
        except Exception as error:
            self._failed[organization_id] = (time.monotonic() + pause, min(2 * pause, LONGEST_PAUSE))
            _log("rooms.unreadable", organization_id, error)
            raise UnreadableError from error
        self._failed.pop(organization_id, None)
        if self._group is None:
            raise RuntimeError("the rooms are not kept")
        self._rooms[organization_id] = room
        self._empty_since[room] = time.monotonic()
        self._tasks[room] = self._group.create_task(self._keep(room))
        return room

    async def end_unused(self) -> None:
        """End the rooms whose last reader left some time ago."""
        due = time.monotonic() - KEPT_SECONDS
        for room in [one for one, since in self._empty_since.items() if since <= due]:
            async with self.opening(room.organization_id):
                # Somebody may have come while this waited.
                if not room.connections:
                    self._end(room)

    async def _keep(self, room: Room) -> None:
        try:
            await room.run()
        except Exception as error:  # noqa: BLE001 - one organization's trouble ends neither the others nor the process
            _log("rooms.broken", room.organization_id, error)
            self._end(room)
            for connection in room.connections:
                # Nobody is left before a floor that stands still.
                connection.sink.close(CLOSE_RESTART)

    def _end(self, room: Room) -> None:
        self._empty_since.pop(room, None)
        if self._rooms.get(room.organization_id) is room:
            del self._rooms[room.organization_id]
        if (task := self._tasks.pop(room, None)) is not None:
            self._ended(room)
            if task is not asyncio.current_task():
                task.cancel()


def _log(event: str, organization_id: str, error: Exception) -> None:
    """What is to be expected of a database that is away needs no trace of where it was met."""
    if isinstance(error, LOST):
        log.warning(event, organization=organization_id, error=repr(error))
    else:
        log.error(event, organization=organization_id, error=repr(error), exc_info=error)
