"""What every command needs: settings, a loop, the database, and one line for what can be expected to go wrong."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, NoReturn, TypeVar

import uvloop

from valvomo import logs, settings
from valvomo.db import migrate as migrations
from valvomo.db.database import Database
from valvomo.db.embedded import EmbeddedPostgresError, url_of_running
from valvomo.db.lost import LOST
from valvomo.main.reaching import PendingMigrationsError, database_of

T = TypeVar("T")

EXPECTED = (
    settings.BadSettingsError, PendingMigrationsError, migrations.MigrationError, EmbeddedPostgresError, *LOST,
)  # fmt: skip


class FailedError(Exception):
    """What was asked for did not work; the message says why."""


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run until it is done; several failures at once are said one by one."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        try:
            return runner.run(work)
        except BaseExceptionGroup as group:
            expected, unexpected = group.split(EXPECTED)
            if expected is None or unexpected is not None:
                raise
            raise FailedError("\n".join(str(one) or repr(one) for one in _leaves(expected))) from group


def load() -> settings.Settings:
    """The settings, with logging set up as they say."""
    found = settings.load(os.environ)
    logs.set_up(found.log_level, found.log_format)
    return found


def fail(why: str) -> NoReturn:
    """Say why on standard error, and end."""
    for line in why.splitlines():
        print(f"valvomo: {line}", file=sys.stderr)
    sys.exit(1)


@asynccontextmanager
async def reached(found: settings.Settings) -> AsyncIterator[Database]:
    """The database, also that of a server which runs beside us on the embedded one."""
    url = url_of_running(found.data / "postgres") if found.embedded else None
    if url is None:
        async with database_of(found) as database:
            yield database
        return
    database = await Database.open(url, pool_size=2)
    try:
        yield database
    finally:
        await database.close()


def _leaves(error: BaseException) -> list[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        return [leaf for one in error.exceptions for leaf in _leaves(one)]
    return [error]
