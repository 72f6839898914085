"""Databases that many tests get one after the other, each as it was made: a new one for every test takes far longer.

What a test has written is removed, and what the template had in it is put back, by the server itself. Its connections
stay open: what statements a connection knows takes longer to learn than most tests take. A database whose tables are
not those that it was made with is dropped, and so is each after a while: what was removed takes room.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from valvomo.db.database import Database
from valvomo.db.statements import statements

MOST_USES = 100
"""Of one database."""
CONNECTIONS = 8
"""That a test may have at a time."""

Fresh = Callable[[], AbstractAsyncContextManager[Database]]
"""Lends a database without rows, for tests in which there are many lives."""

_KEEP = """
DO $$ DECLARE one text; filled bool; BEGIN
    CREATE SCHEMA template;
    FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', one) INTO filled;
        IF filled THEN EXECUTE format('CREATE TABLE template.%I AS TABLE public.%I', one, one); END IF;
    END LOOP;
END $$
"""
_PUT_BACK = """
DO $$ DECLARE one text; filled bool; BEGIN
    -- Neither foreign keys nor triggers: everything is put back together.
    SET LOCAL session_replication_role = replica;
    FOR one, filled IN
        SELECT t.relname, t.filled FROM (
            SELECT oid, relname, to_regclass(format('template.%I', relname)) IS NOT NULL AS filled
            FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r') t
        -- What nobody has ever written to takes no room, and most of the time when it is emptied with the others.
        WHERE t.filled OR pg_relation_size(t.oid) > 0
    LOOP
        EXECUTE format('DELETE FROM public.%I', one);
        IF filled THEN
            EXECUTE format('INSERT INTO public.%I SELECT * FROM template.%I', one, one);
        END IF;
    END LOOP;
END $$
"""
_ALONE = """
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND pid <> ALL ($1)
    AND backend_type = 'client backend'
"""
_HELD = """
SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = ANY ($1))
"""
_SHAPE = """
SELECT concat_ws(' ',
    (SELECT string_agg(format('%s %s %s', c.relname, a.attname, a.atttypid), ',' ORDER BY c.relname, a.attnum)
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
     WHERE c.relnamespace = 'public'::regnamespace),
    (SELECT count(*) FROM pg_constraint), (SELECT count(*) FROM pg_trigger), (SELECT count(*) FROM pg_proc))
"""


@dataclass(slots=True)
class _One:
    """`shape` is empty where nothing can be put back."""

    name: str
    link: Any
    database: Database
    shape: str = ""
    uses: int = 1


@dataclass(slots=True)
class Databases:
    """Of one session's `server`, on which `admin` must be a superuser for this; otherwise each is made anew."""

    server: Any
    _free: dict[str, list[_One]] = field(default_factory=lambda: defaultdict(list))

    @asynccontextmanager
    async def lent(self, template: str) -> AsyncIterator[Database]:
        """One in which everything is as in `template`, and nobody else."""
        one = await self._taken(template)
        try:
            # What it counts begins anew.
            yield Database(one.database._pool, one.database.url, statements())
        finally:
            if one.shape and one.uses < MOST_USES:
                self._free[template].append(one)
            else:
                await self._drop(one)

    async def drop(self) -> None:
        """All of them."""
        for one in [one for several in self._free.values() for one in several]:
            await self._drop(one)

    async def _taken(self, template: str) -> _One:
        while self._free[template]:
            one = self._free[template].pop()
            if await self._put_back(one):
                return one
            await self._drop(one)
        return await self._made(template)

    async def _made(self, template: str) -> _One:
        name = await self.server.create(template)
        url = self.server.url(name)
        link = await asyncpg.connect(self.server.admin, database=name)
        one = _One(name, link, await Database.open(url, pool_size=CONNECTIONS))
        if await link.fetchval("SELECT rolsuper FROM pg_roles WHERE rolname = current_user"):
            await link.execute(_KEEP)
            one.shape = await link.fetchval(_SHAPE)
        return one

    async def _put_back(self, one: _One) -> bool:
        """Whether it is as it was made."""
        try:
            ours = await _at_rest(one.database)
            if ours is None or await one.link.fetchval(_HELD, ours):
                return False
            await one.link.fetch(_ALONE, ours)
            if await one.link.fetchval(_SHAPE) != one.shape:
                return False
            await one.link.execute(_PUT_BACK)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            # Somebody has cut the connections.
            return False
        one.uses += 1
        return True

    async def _drop(self, one: _One) -> None:
        one.database._pool.terminate()
        one.link.terminate()
        await self.server.drop(one.name)


async def _at_rest(database: Database) -> list[int] | None:
    """The server's processes behind its connections; None where it is closed, or somebody has one of them."""
    pool = database._pool
    if pool.is_closing() or pool.get_idle_size() < pool.get_size():
        return None
    async with AsyncExitStack() as all_of_them:
        taken = [await all_of_them.enter_async_context(pool.acquire()) for _ in range(pool.get_size())]
        return [one.get_server_pid() for one in taken]
