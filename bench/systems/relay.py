"""The control of the network: a bare WebSocket relay that keeps nothing."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import floor_processes as processes
from systems.rooms import RoomPeople, Rooms
from systems.system import Running, Size
from workload.people import Ears, People


class Relay:
    """Frames in, frames out."""

    name = "relay"
    steps: tuple[str, ...] = ()
    settings = "none"
    watched = ""

    def missing(self) -> str:
        """Nothing."""
        return ""

    def version(self) -> str:
        """It has none."""
        return "bare relay"

    @asynccontextmanager
    async def running(self, folder: Path, size: Size) -> AsyncIterator[Running]:  # noqa: ARG002 - of any size
        """One process."""
        port = processes.free_port()
        words = [sys.executable, str(Path(__file__).parents[1] / "peers_relay.py"), str(port)]
        with processes.process(words, folder / "relay.log", talks=False) as started:
            await processes.listening(port, started)
            yield Running(roots={"server": started.pid}, where={"port": port}, rows=_nothing)

    def people(self, where: Mapping[str, object], ears: Ears) -> People:
        """Texts as they are."""
        return RoomPeople(Rooms(port=int(str(where["port"])), path="/{room}/{side}"), ears)


async def _nothing() -> int:
    return 0
