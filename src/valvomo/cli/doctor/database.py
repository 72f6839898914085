"""The database: can it be reached, is it safe, is its schema ours, is it near, and does it know what time it is."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import asyncpg

from valvomo.cli.doctor.finding import Finding, broken, ok, warning
from valvomo.db import migrate
from valvomo.db.database import Database
from valvomo.db.migrate import Half, MigrationError
from valvomo.db.transaction import Transaction

Clock = Callable[[], datetime]
LEAST_VERSION = 15
FAR_SECONDS = 0.01
SKEW_SECONDS, WORST_SKEW_SECONDS = 1.0, 5.0
NO_SKEW_SECONDS = 0.1
ASKED = 5


def why_unreached(url: str, error: Exception) -> Finding:
    """What the database's refusal means."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    # Of several servers none is the one.
    where = place if "," in place else f"{parts.hostname or 'its socket'}:{parts.port or 5432}"
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            return broken(
                "database", f"{where} refuses the user or the password", "correct VALVOMO_DATABASE_URL"
            )
        case asyncpg.InvalidCatalogNameError():
            name = parts.path.lstrip("/")
            cure = f"create it (createdb {name}), or correct VALVOMO_DATABASE_URL"
            return broken("database", f"there is no database {name} on {where}", cure)
        case asyncpg.TooManyConnectionsError():
            cure = "raise max_connections, or lower VALVOMO_POOL_SIZE or the number of processes"
            return broken("database", f"{where} has no connection left", cure)
        case asyncpg.InvalidSQLStatementNameError() | asyncpg.DuplicatePreparedStatementError():
            return _shared(f"sessions of {where} are")
        case asyncpg.CannotConnectNowError():
            return broken("database", f"{where} is starting or stopping", "wait, and look at its log")
        case _:
            cure = (
                "start PostgreSQL, or correct host and port in VALVOMO_DATABASE_URL; then look at firewalls"
            )
            return broken(
                "database", f"{where} cannot be reached: {str(error) or type(error).__name__}", cure
            )


async def examine(database: Database, clock: Clock, pool_size: int) -> list[Finding]:
    """Every check that needs a connection."""
    async with database.reading() as tx:
        found = await _server(tx)
    found.append(await _sessions(database))
    async with database.asking() as tx:
        found += [await _latency(tx), await _time(tx, clock)]
    schema = await _schema(database.url)
    found.append(schema)
    async with database.reading() as tx:
        found.append(await _privileges(tx))
        if schema.check == "schema" and not schema.cure:
            found.append(await _processes(tx, pool_size))
    return found


async def _server(tx: Transaction) -> list[Finding]:
    row = await tx.row("doctor.settings")
    if row is None:
        return []
    return [_version(row), _durability(row)]


async def _sessions(database: Database) -> Finding:
    """Whether a connection is a session of the server, and goes on being the same one while others work."""
    async with database.asking() as tx:
        before = await tx.value("doctor.session")
        async with database.reading() as other:
            elsewhere = await other.value("doctor.session")
            after = await tx.value("doctor.session")
    if before != after or elsewhere == before:
        return _shared("sessions of the server are")
    return ok("sessions", "each connection has its own")


def _shared(what: str) -> Finding:
    cure = "let VALVOMO_DATABASE_URL go past the pooler, or put it into session mode (PgBouncer: pool_mode = session)"
    return broken("sessions", f"{what} shared: a pooler in transaction mode is in between", cure)


def _version(row: asyncpg.Record) -> Finding:
    if row["version"] < LEAST_VERSION * 10_000:
        cure = f"upgrade the server to PostgreSQL {LEAST_VERSION} or newer"
        return broken("database", f"PostgreSQL {row['version_name']} is too old", cure)
    if row["superuser"]:
        cure = "give Valvomo a role of its own that owns its database and nothing else"
        return warning("database", f"PostgreSQL {row['version_name']} lets us in as a superuser", cure)
    return ok("database", f"PostgreSQL {row['version_name']} answers")


def _durability(row: asyncpg.Record) -> Finding:
    off = [name for name in ("fsync", "full_page_writes", "synchronous_commit") if row[name] == "off"]
    if off:
        seen = f"{', '.join(off)} off: what was acknowledged can be lost when the power fails"
        return broken(
            "durability", seen, f"set {', '.join(f'{name} = on' for name in off)} in postgresql.conf"
        )
    return ok("durability", "what is acknowledged is on the disk")


async def _latency(tx: Transaction) -> Finding:
    times = []
    for _ in range(ASKED):
        began = time.perf_counter()
        await tx.value("doctor.clock")
        times.append(time.perf_counter() - began)
    median = statistics.median(times)
    seen = f"a question takes {median * 1000:.1f} ms"
    if median > FAR_SECONDS:
        return warning(
            "latency", seen, "put the processes near their database; each command asks several questions"
        )
    return ok("latency", seen)


async def _time(tx: Transaction, clock: Clock) -> Finding:
    before = clock()
    theirs: datetime = await tx.value("doctor.clock")
    ours = before + (clock() - before) / 2
    return judged_time("clock", (theirs.astimezone(UTC) - ours).total_seconds(), "the database's")


def judged_time(check: str, skew: float, whose: str) -> Finding:
    """How far two clocks may be apart."""
    if abs(skew) < NO_SKEW_SECONDS:
        return ok(check, f"{whose} clock and this machine's agree")
    ahead = "ahead of" if skew > 0 else "behind"
    seen = f"{whose} clock is {abs(skew):.1f} s {ahead} this machine's"
    cure = "keep both machines' time by NTP (systemd-timesyncd or chrony)"
    if abs(skew) >= WORST_SKEW_SECONDS:
        return broken(check, seen, cure)
    return warning(check, seen, cure) if abs(skew) >= SKEW_SECONDS else ok(check, seen)


async def _schema(url: str) -> Finding:
    try:
        if missing := await migrate.missing(url):
            labels = ", ".join(one.label for one in missing)
            return broken("schema", f"not applied: {labels}", "run valvomo migrate")
        later = [one for one in await migrate.pending(url) if one.half is Half.POST]
    except MigrationError as error:
        return broken("schema", str(error), "run the release that the database belongs to, or a newer one")
    if later:
        labels = ", ".join(one.label for one in later)
        return warning("schema", f"left from an upgrade: {labels}", "run valvomo migrate --post")
    return ok("schema", f"migration {migrate.newest():04} is the newest, and applied")


async def _privileges(tx: Transaction) -> Finding:
    forbidden = [row["relname"] for row in await tx.rows("doctor.forbidden")]
    if forbidden:
        seen = f"this role may not use {', '.join(forbidden)}"
        return broken(
            "privileges", seen, "let the role of VALVOMO_DATABASE_URL own the tables (REASSIGN OWNED)"
        )
    if not await tx.value("doctor.may_create"):
        cure = "GRANT CREATE ON SCHEMA public to it, or migrate as another role"
        return warning("privileges", "this role cannot make tables, so it cannot migrate", cure)
    return ok("privileges", "the role may do what it must")


async def _processes(tx: Transaction, pool_size: int) -> Finding:
    row = await tx.row("doctor.settings")
    rows = await tx.rows("doctor.processes")
    count = sum(one["count"] for one in rows)
    releases = ", ".join(f"{one['count']} of release {one['version']}" for one in rows) or "none"
    most = count * (pool_size + 2)
    if row is not None and most > row["max_connections"]:
        seen = f"{count} processes may open {most} connections, the server has {row['max_connections']}"
        return warning("processes", seen, "raise max_connections, or lower VALVOMO_POOL_SIZE")
    if len(rows) > 1:
        return warning("processes", f"alive: {releases}", "finish the upgrade: replace the older ones")
    return ok("processes", f"alive: {releases}")
