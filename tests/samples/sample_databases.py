"""Databases that many tests get one after the other, each as it was made: a new one for every test takes far longer.

What a test has written is removed, and what the template had in it is put back, by the server itself. A database whose
tables are not those that it was made with is dropped, and so is each after a while: what was removed takes room.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import asyncpg

MOST_USES = 50
"""Of one database."""

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
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
_SHAPE = """
SELECT string_agg(format('%s %s %s', c.relname, a.attname, a.atttypid), ',' ORDER BY c.relname, a.attnum)
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'public'::regnamespace
"""


@dataclass(slots=True)
class _One:
    name: str
    shape: str
    uses: int = 1


@dataclass(slots=True)
class Databases:
    """Of one session's `server`, on which `admin` must be a superuser for this; otherwise each is made anew."""

    server: Any
    _all: dict[str, _One] = field(default_factory=dict)
    _free: dict[str, list[_One]] = field(default_factory=lambda: defaultdict(list))
    _able: bool | None = None

    async def take(self, template: str) -> str:
        """A database in which everything is as in `template`, and nobody else; its name."""
        while self._free[template]:
            one = self._free[template].pop()
            if await self._put_back(one):
                return one.name
            await self._drop(one)
        name: str = await self.server.create(template)
        self._all[name] = _One(name, await self._begun(name))
        return name

    async def give_back(self, template: str, name: str) -> None:
        """It is not used any more."""
        one = self._all[name]
        if one.shape and one.uses < MOST_USES:
            self._free[template].append(one)
        else:
            await self._drop(one)

    async def drop(self) -> None:
        """All of them."""
        for one in list(self._all.values()):
            await self._drop(one)

    async def _begun(self, name: str) -> str:
        """Keep what is in it; its shape, empty where nothing can be put back."""
        link = await self._link(name)
        try:
            if self._able is None:
                query = "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
                self._able = await link.fetchval(query)
            if not self._able:
                return ""
            await link.execute(_KEEP)
            return str(await link.fetchval(_SHAPE))
        finally:
            await link.close()

    async def _put_back(self, one: _One) -> bool:
        link = await self._link(one.name)
        try:
            await link.execute(_ALONE)
            if await link.fetchval(_SHAPE) != one.shape:
                return False
            await link.execute(_PUT_BACK)
        finally:
            await link.close()
        one.uses += 1
        return True

    async def _link(self, name: str) -> Any:
        return await asyncpg.connect(self.server.admin, database=name)

    async def _drop(self, one: _One) -> None:
        await self.server.drop(one.name)
        del self._all[one.name]
