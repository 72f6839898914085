"""Leading: what one of several processes does for all of them, by a lock that its session at the database holds.

The server frees the lock when the session ends: at once when the process dies or its connection is cut, and when it
has been silent for `LEASE`, because the process stands still or the network swallows what it says. Whoever led
counts the same time from before its last word, so that it has stopped by then, also when it comes back to life.

The same session tells the others that the process is there (`valvomo.jobs.silence`).
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any, NoReturn

import asyncpg
import structlog

from valvomo.db.lost import LOST
from valvomo.db.statements import statements

LEASE = 1.4
"""Seconds of silence after which somebody else may lead."""
BEAT = 0.3
"""Seconds between two words, and between two questions whether to lead now."""

_LEASE = f"{round(1000 * LEASE)}ms"
"""As the server is told, and says."""

log = structlog.get_logger(__name__)


class NoSessionError(Exception):
    """What is between us and the server does not keep one session for one connection: nothing can be held by it."""


class Leadership:
    """One for a process, `process_id`; `gained` is called when it has begun to lead. It has a connection of its own."""

    def __init__(self, url: str, process_id: str) -> None:
        self.gained: Callable[[], None] = lambda: None
        self._url = url
        self._process_id = process_id
        self._until = 0.0

    def leads(self) -> bool:
        """Whether this process leads now. What was begun while it did is decided on locked rows anyway."""
        return time.monotonic() < self._until

    async def run(self) -> NoReturn:
        """Lead whenever nobody else does, until cancelled."""
        while True:
            try:
                await self._session()
            except (*LOST, NoSessionError) as error:
                log.warning("leading.trouble", error=repr(error))
            self._until = 0.0
            await asyncio.sleep(BEAT)

    async def _session(self) -> NoReturn:
        named = statements()
        connection = await asyncpg.connect(
            self._url,
            timeout=LEASE,
            server_settings={"application_name": f"valvomo leading, process {os.getpid()}"},
        )
        try:
            leading = False
            async with asyncio.timeout(LEASE):
                backend = await _bounded(connection)
                await connection.execute(named["leading.be_there"].sql, self._process_id)
            while True:
                word = "leading.beat" if leading else "leading.take"
                began = time.monotonic()
                async with asyncio.timeout(LEASE):
                    answer = await connection.fetchval(named[word].sql, backend)
                if leading and not answer:
                    raise NoSessionError
                if answer:
                    self._until = began + LEASE
                if answer and not leading:
                    leading = True
                    log.info("leading.begun")
                    self.gained()
                await asyncio.sleep(BEAT)
        finally:
            # Not closed politely: whoever does not answer must not be waited for.
            connection.terminate()


async def _bounded(connection: Any) -> int:
    """The server ends this session when it is silent; its number. Set now: poolers drop what is asked for at first."""
    named = statements()
    backend: int = await connection.fetchval(named["leading.bound"].sql, _LEASE)
    if await connection.fetchrow(named["leading.bounds"].sql) != (backend, _LEASE):
        raise NoSessionError
    return backend
