"""Listening to PostgreSQL channels for as long as the process lives.

A notification is a hint that there is something to read, never the thing itself: whatever happens to the
connection costs latency and nothing else, because the reader is called once after every reconnect.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection
from typing import Any, NoReturn

import structlog
from asyncpg import Connection, Record

from valvomo.db.database import connect
from valvomo.db.lost import LOST

_log = structlog.get_logger(__name__)

_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 10.0
# A connection that died without a word (a pulled cable) is found out after this many seconds.
_HEARTBEAT = 15.0
_HEARTBEAT_LIMIT = 5.0


Callback = Callable[[str, str], None]
"""Channel and payload."""


async def listen(
    url: str, channels: Collection[str], callback: Callback, lost: Callable[[], None] | None = None
) -> NoReturn:
    """Call ``callback`` with every notification on one of ``channels``, until cancelled.

    It runs on a connection of its own, reconnects by itself with back-off, and calls back with an empty
    payload for each channel after every (re)connect, since notifications may have been missed before; `lost` is
    called whenever there is no connection. ``callback`` must not block; an exception in it is a bug and is logged
    by the event loop.
    """
    pause = _FIRST_PAUSE
    while True:
        try:
            async with _listening(url, channels, callback) as connection:
                pause = _FIRST_PAUSE
                for channel in channels:
                    callback(channel, "")
                await _until_lost(connection)
        except LOST as error:
            _log.warning("listening.lost", error=repr(error), pause_seconds=pause)
        if lost is not None:
            lost()
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


@contextlib.asynccontextmanager
async def _listening(
    url: str, channels: Collection[str], callback: Callback
) -> AsyncIterator["Connection[Record]"]:
    def hear(_connection: Any, _pid: int, channel: str, payload: object) -> None:
        callback(channel, str(payload))

    connection = await connect(url)
    try:
        for channel in channels:
            await connection.add_listener(channel, hear)
        yield connection
    finally:
        connection.terminate()


async def _until_lost(connection: "Connection[Record]") -> None:
    lost = asyncio.Event()
    connection.add_termination_listener(lambda _connection: lost.set())
    while not lost.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_HEARTBEAT):
                await lost.wait()
        if not lost.is_set():
            await connection.execute("SELECT 1", timeout=_HEARTBEAT_LIMIT)
