"""Valvomo: `valvomo serve`; the widget's interface for customers, HTTP and the live stream for everybody else."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

import floor_processes as processes
from floor_place import Staff, staffed
from systems.system import Running, Size, counted, tree_of
from systems.valvomo_people import House, ValvomoPeople
from valvomo import __version__
from valvomo.db.embedded import EmbeddedPostgres
from workload.ledger import WORDS
from workload.people import Ears, People

_ROWS = f"SELECT count(*) FROM public_messages WHERE text LIKE '%{WORDS}'"
_SPARE = 4
"""Chats that an agent may have beside their five while others come and go."""


class Valvomo:
    """Ourselves."""

    name = "valvomo"
    steps: tuple[str, ...] = ("venv/bin/valvomo demo --empty",)
    settings = "log level `warning`, a customer's pace 10,000 messages a second, agents' capacity 9"
    watched = "the board"

    def missing(self) -> str:
        """Nothing: it is this tree."""
        return ""

    def version(self) -> str:
        """With its PostgreSQL's."""
        return f"Valvomo {__version__}"

    @asynccontextmanager
    async def running(self, folder: Path, size: Size) -> AsyncIterator[Running]:
        """The organization is made before the first start."""
        async with EmbeddedPostgres(folder / "postgres") as database:
            staff = await self._staff(folder, database.url, size)
            with processes.server(database.url, folder) as (pid, port):
                house = House(port=port, key=staff.key, agents=staff.agents, supervisors=staff.supervisors)
                yield Running(
                    roots={"server": pid, "database": tree_of(database.pid)},
                    where=msgspec.to_builtins(house),
                    rows=lambda: counted(database, _ROWS),
                )
            print(f"valvomo verify: {processes.verified(database.url)}", file=sys.stderr, flush=True)

    def people(self, where: Mapping[str, object], ears: Ears) -> People:
        """Over HTTP and the live stream."""
        return ValvomoPeople(msgspec.convert(where, House), ears)

    async def _staff(self, folder: Path, url: str, size: Size) -> Staff:
        described = folder / "staff.json"
        if described.is_file():
            return msgspec.json.decode(described.read_bytes(), type=Staff)
        staff = await staffed(url, agents=size.agents, capacity=5 + _SPARE, supervisors=size.supervisors)
        described.touch(mode=0o600)
        described.write_bytes(msgspec.json.encode(staff))
        return staff
