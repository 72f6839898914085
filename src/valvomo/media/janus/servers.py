"""Several Janus servers: each call is with one of them, and dies with it and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import structlog

from valvomo.media.janus.client import JanusError, Session
from valvomo.media.janus.listed import Server
from valvomo.media.janus.room import Room

AGAIN_SECONDS = 1.0
"""Until a server that is not there is looked for again."""

log = structlog.get_logger(__name__)


class Servers:
    """`died` is told the rooms of a server that has, `back` that one has been away and is there again."""

    def __init__(self, died: Callable[[list[Room]], None], back: Callable[[], None]) -> None:
        self._died = died
        self._back = back
        self._sessions: list[Session] = []
        self.rooms: list[Room] = []

    @asynccontextmanager
    async def kept(self, servers: Sequence[Server]) -> AsyncIterator[None]:
        """All of them, as far as they are there; each has been looked for when it begins."""
        async with asyncio.TaskGroup() as tasks:
            looked = [asyncio.Event() for _ in servers]
            keepers = [
                tasks.create_task(self._keep(server, event))
                for server, event in zip(servers, looked, strict=True)
            ]
            for event in looked:
                await event.wait()
            try:
                yield
            finally:
                for keeper in keepers:
                    keeper.cancel()

    async def open(self) -> Room:
        """A room at the server with the fewest calls, of those that answer; raises `ConnectionError`."""
        tried: list[Session] = []
        while left := [one for one in self._sessions if one not in tried]:
            session = min(left, key=self._load)
            tried.append(session)
            try:
                room = await Room.open(session)
            except (ConnectionError, JanusError) as error:
                log.warning("janus.no_room", url=session.server.url, error=str(error))
                continue
            if session in self._sessions:
                self.rooms.append(room)
                return room
        raise ConnectionRefusedError("no Janus server is there")

    async def leave(self, room: Room, call_id: str) -> None:
        """A call is not in it any more; after the last one there is no such room."""
        room.calls.discard(call_id)
        if not room.calls and room in self.rooms:
            self.rooms.remove(room)
            await room.close()

    def _load(self, session: Session) -> tuple[bool, int]:
        return session.slow, sum(len(room.calls) for room in self.rooms if room.session is session)

    async def _keep(self, server: Server, looked: asyncio.Event) -> None:
        while True:
            session = Session(server, self._back)

            def began(session: Session = session) -> None:
                self._sessions.append(session)
                looked.set()

            try:
                await session.keep(began)
            except ConnectionError as error:
                log.warning("janus.gone", url=server.url, error=str(error))
            finally:
                looked.set()
                self._lose(session)
            await asyncio.sleep(AGAIN_SECONDS)

    def _lose(self, session: Session) -> None:
        if session in self._sessions:
            self._sessions.remove(session)
        lost = [room for room in self.rooms if room.session is session]
        self.rooms = [room for room in self.rooms if room.session is not session]
        if lost:
            self._died(lost)
