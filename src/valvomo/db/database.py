"""The way to PostgreSQL: a pool of connections, two kinds of transaction, and single statements.

A lost connection is an error that the caller sees, because only the caller knows whether its transaction may
be repeated; the pool itself replaces dead connections and so outlives a restart of the server.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Self

import asyncpg
import msgspec
from asyncpg import Connection, Pool, Record

from valvomo.db.statements import Statement, statements
from valvomo.db.transaction import TracedTransaction, Transaction
from valvomo.telemetry.counts import Spread
from valvomo.telemetry.spans import part, within

# One that only reads holds no locks, and may have much to work out, also between two statements.
_BEGIN_READING = (
    "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL idle_in_transaction_session_timeout = '60s';"
    " SET LOCAL statement_timeout = '30s'"
)
_UNBOUNDED = "; SET LOCAL transaction_timeout = 0"
_KNOWS_WHOLE = 17
"""PostgreSQL from this version on can bound a whole transaction."""
_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 10.0
# More than we have statements, so that none is ever parsed twice on a connection.
_STATEMENT_CACHE = 1024
# The binary form of jsonb is one version byte before the text.
_JSONB_VERSION = b"\x01"


class Limits(NamedTuple):
    """For how many seconds a transaction that may write can go on, so that what it has locked is free again.

    A process that stands still goes on holding what it has locked; for how long, these say together.
    """

    statement: float = 12.0
    """A statement that takes longer is a bug or a broken server: fail the request, free the locks."""

    lock: float = 10.0
    """For each lock: a statement may wait for several."""

    idle: float = 8.0
    """Between two statements. Less than others wait: they have the lock of whoever stands still before they give up."""

    whole: float = 15.0
    """From its beginning, whatever it is at; only PostgreSQL 17 and newer know of it. Without it nothing ends who
    stands still after half of a statement has been sent."""

    def settings(self, *, whole: bool) -> dict[str, str]:
        """As servers know them; `whole` is whether this one bounds transactions.

        They are set once a connection is there and not as it is made: poolers refuse what they do not know of then, or
        are told to ignore it and say nothing.
        """
        settings = {
            "statement_timeout": _milliseconds(self.statement),
            "lock_timeout": _milliseconds(self.lock),
            "idle_in_transaction_session_timeout": _milliseconds(self.idle),
        }
        return settings | {"transaction_timeout": _milliseconds(self.whole)} if whole else settings


LIMITS = Limits()


class PoolStatistics(NamedTuple):
    """Connections of the pool: ``size`` open ones of at most ``limit``, ``idle`` of them free.

    ``waiting`` callers wait for one now; ``waits`` is for how long everybody has waited.
    """

    size: int
    idle: int
    limit: int
    waiting: int
    waits: Spread


class _Connections:
    """The pool with a look at its door. A class and no generator: it stands before every statement."""

    __slots__ = ("pool", "waiting", "waits")

    def __init__(self, pool: "Pool[Record]") -> None:
        self.pool = pool
        self.waiting = 0
        self.waits = Spread()

    def acquire(self) -> "_Acquired":
        """A connection for as long as the block lasts."""
        return _Acquired(self)


class _Acquired:
    __slots__ = ("_connection", "_connections")

    def __init__(self, connections: _Connections) -> None:
        self._connections = connections

    async def __aenter__(self) -> Any:
        connections = self._connections
        connections.waiting += 1
        began = time.perf_counter()
        try:
            self._connection = await connections.pool.acquire()
        finally:
            connections.waiting -= 1
            connections.waits.add(time.perf_counter() - began)
        return self._connection

    async def __aexit__(self, kind: object, *_: object) -> None:
        connection = self._connection
        if kind is not None and _half_done(connection):
            # Cancelled in the middle of ending it: nobody else must find half a transaction.
            connection.terminate()
        await self._connections.pool.release(connection)


class Database:
    """A pool of connections to one PostgreSQL database. Made by `open`, ended by `close`."""

    def __init__(self, pool: "Pool[Record]", url: str, known: Mapping[str, Statement]) -> None:
        self._pool = pool
        self._connections = _Connections(pool)
        self._statements = known
        self.url = url

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        pool_size: int = 10,
        known: Mapping[str, Statement] | None = None,
        limits: Limits = LIMITS,
    ) -> Self:
        """Connect. ``known`` replaces the package's statements, ``limits`` how long things may take (tests).

        Raises `OSError` or `asyncpg.PostgresError` when the server cannot be reached or refuses us.
        """

        async def prepare(connection: Any) -> None:
            await _prepare(connection)
            settings = limits.settings(whole=_knows_whole(connection))
            await connection.execute("; ".join(f"SET {name} = '{value}'" for name, value in settings.items()))

        pool = await asyncpg.create_pool(
            url,
            min_size=0,  # an outage is met by those who ask, not by a background task that logs tracebacks
            max_size=pool_size,
            init=prepare,
            reset=_keep,
            timeout=_CONNECT_SECONDS,
            statement_cache_size=_STATEMENT_CACHE,
            max_cached_statement_lifetime=0,
            max_inactive_connection_lifetime=300.0,
            server_settings={"application_name": "valvomo", "timezone": "UTC"},
        )
        async with pool.acquire():  # fails here rather than at the first request
            return cls(pool, url, statements() if known is None else known)

    async def close(self) -> None:
        """Wait for the open transactions for a while, then end whatever is left."""
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A READ COMMITTED transaction; committed at the end, rolled back by any exception."""
        with part("transaction"):
            async with (
                self._connections.acquire() as connection,
                connection.transaction(isolation="read_committed"),
            ):
                yield self._on(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Transaction]:
        """A read-only transaction in which every statement sees the same moment (REPEATABLE READ)."""
        async with self._connections.acquire() as connection:
            try:
                await connection.execute(
                    _BEGIN_READING + _UNBOUNDED if _knows_whole(connection) else _BEGIN_READING
                )
            except BaseException:
                # It may have begun all the same.
                connection.terminate()
                raise
            try:
                yield self._on(connection)
            finally:
                if not connection.is_closed():
                    await connection.execute("ROLLBACK")

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[Transaction]:
        """For a single statement, which is a transaction by itself: one round trip instead of three.

        A second statement would see a later moment than the first.
        """
        async with self._connections.acquire() as connection:
            yield self._on(connection)

    def _on(self, connection: Any) -> Transaction:
        return (TracedTransaction if within() else Transaction)(connection, self._statements)

    def statistics(self) -> PoolStatistics:
        """How busy the pool is."""
        pool, door = self._pool, self._connections
        return PoolStatistics(
            pool.get_size(), pool.get_idle_size(), pool.get_max_size(), door.waiting, door.waits
        )


async def connect(url: str) -> "Connection[Record]":
    """One connection outside any pool, with our codecs and without time limits: migrations, listening."""
    connection = await asyncpg.connect(
        url, timeout=_CONNECT_SECONDS, server_settings={"application_name": "valvomo", "timezone": "UTC"}
    )
    await _prepare(connection)
    return connection


async def _prepare(connection: Any) -> None:
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", encoder=_encode_jsonb, decoder=_decode_jsonb, format="binary"
    )
    await connection.set_type_codec(
        "json", schema="pg_catalog", encoder=msgspec.json.encode, decoder=msgspec.json.decode, format="binary"
    )


def _half_done(connection: Any) -> bool:
    """Whether a transaction is still open on it; what is gone, or was given back already, has none."""
    try:
        return not connection.is_closed() and bool(connection.is_in_transaction())
    except asyncpg.InterfaceError:
        return False


def _knows_whole(connection: Any) -> bool:
    return bool(connection.get_server_version().major >= _KNOWS_WHOLE)


def _milliseconds(seconds: float) -> str:
    return f"{round(1000 * seconds)}ms"


async def _keep(_connection: Any) -> None:
    """Nothing to undo: statements leave no session state, so the usual reset round trip is saved."""


def _encode_jsonb(value: Any) -> bytes:
    return _JSONB_VERSION + msgspec.json.encode(value)


def _decode_jsonb(data: bytes) -> Any:
    return msgspec.json.decode(memoryview(data)[1:])
