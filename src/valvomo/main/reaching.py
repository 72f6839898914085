"""The ways to what processes have in common: the database, the bus between them, and where sent files are kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from valvomo.bus.local import LocalBus
from valvomo.bus.port import Bus
from valvomo.db import migrate
from valvomo.db.database import Database
from valvomo.db.embedded import EmbeddedPostgres
from valvomo.db.notify import NotifyBus
from valvomo.files.folder import Folder
from valvomo.files.port import Storage
from valvomo.files.s3 import S3, Bucket
from valvomo.settings import Settings

FOLDER = "files"
"""In the data folder."""


class PendingMigrationsError(Exception):
    """The database's schema is older than this program; an operator decides when it is changed."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"migrations are pending: {', '.join(names)}; run `valvomo migrate` first")


def bus_of(settings: Settings, database: Database) -> Bus:
    """The way to the other processes: NATS if there is one, else the database; none where we are alone."""
    if settings.bus_url:
        # Who has no NATS need not wait for its client to be imported.
        from valvomo.bus.nats import Address, NatsBus  # noqa: PLC0415

        address = Address.of(
            settings.bus_url, credentials=settings.bus_credentials, authority=settings.bus_ca
        )
        return NatsBus(address, prefix=settings.bus_prefix)
    alone = settings.embedded and not settings.insight_processes
    return LocalBus() if alone else NotifyBus(database)


def storage_of(settings: Settings) -> Storage:
    """The bucket, or a folder in the data folder."""
    if settings.files_store:
        return S3(Bucket.of(settings.files_store))
    return Folder(settings.data / FOLDER)


@asynccontextmanager
async def database_of(settings: Settings, *, may_migrate: bool = False) -> AsyncIterator[Database]:
    """The database that the settings name, or the embedded one; its schema is ours when it is given.

    Raises `PendingMigrationsError` where the schema is older and is not ours to change. The halves that only remove
    something may be missing, and those that prepare a newer release may be there: so it is during an upgrade.
    """
    if settings.embedded:
        async with EmbeddedPostgres(settings.data / "postgres", binaries=settings.postgres_bin) as server:
            await migrate.apply(server.url, alone=True)
            async with _opened(server.url, settings) as database:
                yield database
        return
    if may_migrate:
        await migrate.apply(settings.database_url)
    elif missing := await migrate.missing(settings.database_url):
        raise PendingMigrationsError([one.label for one in missing])
    async with _opened(settings.database_url, settings) as database:
        yield database


@asynccontextmanager
async def _opened(url: str, settings: Settings) -> AsyncIterator[Database]:
    database = await Database.open(url, pool_size=settings.pool_size)
    try:
        yield database
    finally:
        await database.close()
