"""The migration runner: plain SQL files, each applied once, in one transaction, and never edited afterwards.

``migrations/0007_skills.pre.sql`` prepares the schema so that the running release and the next one both work;
``0007_skills.post.sql`` removes what only the old one needed, when no old process is left. So an upgrade is:
apply ``pre``, replace the processes, apply ``post``. Either half may be missing.

Processes note in the database which migrations they know. A ``post`` half is refused while one lives that does not
know it.
"""

import asyncio
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


class OlderProcessesError(MigrationError):
    """Processes of an older release are alive, which still need what is to be removed."""


def newest(folder: Path = FOLDER) -> int:
    """The number of the newest migration that this program knows."""
    return max((migration.number for migration in read_migrations(folder)), default=0)


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


async def missing(url: str, *, folder: Path = FOLDER) -> list[Migration]:
    """What this program cannot work without: preparing halves that are not applied yet.

    Preparing halves of a newer release do no harm. Raises `MigrationError` where a newer one has already removed
    something, or where an applied file differs.
    """
    connection = await connect(url)
    try:
        found = await _pending(connection, read_migrations(folder), newer=True)
    finally:
        await connection.close()
    return [migration for migration in found if migration.half is Half.PRE]


async def behind(url: str) -> bool:
    """Whether this program cannot work with the database's schema."""
    try:
        return bool(await missing(url))
    except MigrationError:
        return True


async def apply(
    url: str,
    *,
    half: Half | None = None,
    folder: Path = FOLDER,
    alone: bool = False,
    patience: float = 0.0,
) -> list[Migration]:
    """Apply what is pending, of one half or (None) of both, and return it.

    `alone`: no other process can be at work. `patience`: for so many seconds to wait until older processes are gone.
    Raises `OlderProcessesError` when they are not, with everything before it applied.
    """
    migrations = read_migrations(folder)
    async with _alone(url) as connection:
        todo = await _pending(connection, migrations)
        if half is not None:
            todo = _of_half(todo, half)
        for migration in todo:
            if migration.half is Half.POST and not alone:
                await _nobody_needs_it(connection, migration, patience)
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


async def _pending(
    connection: "Connection[Record]", migrations: Sequence[Migration], *, newer: bool = False
) -> list[Migration]:
    """`newer`: preparing halves that this program does not know may be there."""
    if not await connection.fetchval(statements()["migrations.has_ledger"].sql):
        return list(migrations)
    ours = {(migration.number, migration.half): migration for migration in migrations}
    for row in await connection.fetch(statements()["migrations.applied"].sql):
        label = f"{row['number']:04}_{row['name']}.{row['half']}"
        migration = ours.pop((row["number"], Half(row["half"])), None)
        if migration is None and newer and row["half"] == Half.PRE:
            continue
        if migration is None:
            raise MigrationError(f"{label} is applied here but unknown: the database is newer than this code")
        if migration.sha256 != row["sha256"]:
            raise MigrationError(f"{label} was edited after it had been applied: write a new migration")
    return sorted(ours.values(), key=_order)


async def _nobody_needs_it(connection: "Connection[Record]", migration: Migration, patience: float) -> None:
    if not await connection.fetchval(statements()["migrations.knows_processes"].sql):
        return
    clock = asyncio.get_running_loop().time
    deadline = clock() + patience
    while older := await connection.fetch(statements()["migrations.older_processes"].sql, migration.number):
        if clock() >= deadline:
            who = ", ".join(f"release {row['version']} seen {row['seconds']:.0f} s ago" for row in older)
            raise OlderProcessesError(
                f"{migration.label} removes what older processes need, and {len(older)} of them live ({who}): "
                "replace them first, then try again (--wait SECONDS waits for it)"
            )
        await asyncio.sleep(1.0)


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
