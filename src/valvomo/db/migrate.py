"""The migration runner: plain SQL files, each applied once, in one transaction, and never edited afterwards.

``migrations/0007_skills.pre.sql`` prepares the schema so that the running release and the next one both work;
``0007_skills.post.sql`` removes what only the old one needed, when no old process is left. So an upgrade is:
apply ``pre``, replace the processes, apply ``post``. Either half may be missing.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from asyncpg import Connection, Record

from valvomo.db.database import connect
from valvomo.db.statements import statements

FOLDER = Path(__file__).parent / "migrations"
_FILE = re.compile(r"(?P<number>\d{4})_(?P<name>[a-z0-9_]+)\.(?P<half>pre|post)\.sql")


class Half(StrEnum):
    """The halves in the order of their application."""

    PRE = "pre"
    POST = "post"


class Migration(NamedTuple):
    """One file of ``migrations``."""

    number: int
    half: Half
    name: str
    sha256: str
    sql: str

    @property
    def label(self) -> str:
        """The name as people see it, such as ``0007_skills.pre``."""
        return f"{self.number:04}_{self.name}.{self.half}"


class MigrationError(Exception):
    """The schema and the files contradict each other; the message says how and what to do."""


def read_migrations(folder: Path = FOLDER) -> list[Migration]:
    """The files of a folder in the order of their application."""
    found = [_read(path) for path in folder.glob("*.sql")]
    names = {migration.number: migration.name for migration in found}
    for migration in found:
        if names[migration.number] != migration.name:
            raise MigrationError(f"two migrations have the number {migration.number:04}")
    return sorted(found, key=_order)


async def pending(url: str, *, folder: Path = FOLDER) -> list[Migration]:
    """What is not applied to this database yet; raises `MigrationError` if files and database differ."""
    connection = await connect(url)
    try:
        return await _pending(connection, read_migrations(folder))
    finally:
        await connection.close()


async def apply(url: str, *, half: Half | None = None, folder: Path = FOLDER) -> list[Migration]:
    """Apply what is pending, of one half or (None) of both, and return it."""
    migrations = read_migrations(folder)
    async with _alone(url) as connection:
        todo = await _pending(connection, migrations)
        if half is not None:
            todo = _of_half(todo, half)
        for migration in todo:
            await _apply(connection, migration)
    return todo


def _read(path: Path) -> Migration:
    match = _FILE.fullmatch(path.name)
    if match is None:
        raise MigrationError(f"{path.name} is not named like 0007_skills.pre.sql")
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return Migration(int(match["number"]), Half(match["half"]), match["name"], digest, data.decode())


def _order(migration: Migration) -> tuple[int, bool]:
    return migration.number, migration.half is Half.POST


def _of_half(todo: Sequence[Migration], half: Half) -> list[Migration]:
    """The wanted half; refused when an older file of the other half would be jumped over."""
    wanted = [migration for migration in todo if migration.half is half]
    for migration in todo:
        if wanted and migration.half is not half and _order(migration) < _order(wanted[-1]):
            raise MigrationError(f"{migration.label} comes before {wanted[-1].label}: apply both halves")
    return wanted


async def _pending(connection: "Connection[Record]", migrations: Sequence[Migration]) -> list[Migration]:
    if not await connection.fetchval(statements()["migrations.has_ledger"].sql):
        return list(migrations)
    ours = {(migration.number, migration.half): migration for migration in migrations}
    for row in await connection.fetch(statements()["migrations.applied"].sql):
        label = f"{row['number']:04}_{row['name']}.{row['half']}"
        migration = ours.pop((row["number"], Half(row["half"])), None)
        if migration is None:
            raise MigrationError(f"{label} is applied here but unknown: the database is newer than this code")
        if migration.sha256 != row["sha256"]:
            raise MigrationError(f"{label} was edited after it had been applied: write a new migration")
    return sorted(ours.values(), key=_order)


async def _apply(connection: "Connection[Record]", migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(statements()["migrations.patience"].sql)
        await connection.execute(migration.sql)
        await connection.execute(statements()["migrations.record"].sql, *migration[:4])


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator["Connection[Record]"]:
    connection = await connect(url)
    try:
        await connection.execute(statements()["migrations.lock"].sql)
        await connection.execute(statements()["migrations.create_ledger"].sql)
        yield connection
    finally:
        await connection.close()
