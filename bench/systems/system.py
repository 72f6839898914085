"""What the benchmark needs of a system: the server's half of an adapter; `workload.people` is its clients' half."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import asyncpg

from valvomo.db.embedded import EmbeddedPostgres
from workload.people import Ears, People


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A system that answers. `roots` are its process trees by what they are; `where` is what its clients must know."""

    roots: Mapping[str, int]
    where: Mapping[str, object]
    rows: Callable[[], Awaitable[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many there will be at most, for what must be made before the start."""

    conversations: int
    agents: int
    supervisors: int


class System(Protocol):
    """`steps` are what a newcomer types or writes after installing, `settings` all that differ from the defaults."""

    name: str
    steps: tuple[str, ...]
    settings: str
    watched: str
    """What a supervisor sees live; empty where there is nothing."""

    def missing(self) -> str:
        """What must be installed first; empty when nothing."""

    def version(self) -> str:
        """With everything that matters."""

    def running(self, folder: Path, size: Size) -> AbstractAsyncContextManager[Running]:
        """Started on this folder, which keeps its data from round to round; ended on leaving."""

    def people(self, where: Mapping[str, object], ears: Ears) -> People:
        """Its clients, in another process."""


async def counted(database: EmbeddedPostgres, question: str) -> int:
    """One number from the system's own tables."""
    connection = await asyncpg.connect(database.url)
    try:
        return int(await connection.fetchval(question) or 0)
    finally:
        await connection.close()


def tree_of(pid: int | None) -> int:
    """A process id that must be there."""
    if pid is None:
        raise RuntimeError("the process has ended")
    return pid
