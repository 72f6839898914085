"""Insight in processes of its own: the part that measures, and whoever starts it beside a server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from valvomo.commands.execute import Executor
from valvomo.db.database import Database
from valvomo.db.doorbell import Doorbell
from valvomo.db.ids import new_id
from valvomo.db.lost import LOST
from valvomo.insight.choosing import Models
from valvomo.jobs.sentiment import Sentiment
from valvomo.main.clock import HouseClock, now
from valvomo.main.insight_places import sentiment_places
from valvomo.main.reaching import bus_of
from valvomo.settings import Settings

NICENESS = 5
"""Whatever delivers messages comes first."""
AGAIN_SECONDS = 2.0
"""Until a process that has ended by itself is started again."""
END_SECONDS = 5.0
TIME_SECONDS = 5.0
POOL = 3
URL = "VALVOMO_DATABASE_URL"

log = structlog.get_logger(__name__)


async def measure(settings: Settings, *, owner: int | None = None) -> None:
    """Measure until SIGINT, SIGTERM, or the owner (a process id) is gone."""
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    database = await Database.open(settings.database_url, pool_size=POOL)
    try:
        bus = bus_of(settings, database)
        bell = Doorbell(bus)
        clock = HouseClock(now)
        executor = Executor(database, clock, bell)
        job = Sentiment(
            database, executor, bell, Models(sentiment_places(settings)), clock=clock, process_id=new_id()
        )
        log.info("insight.ready", pid=os.getpid())
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in (bus.run(), job.run(), _keep_time(clock, database))]
            await _told_to_end(owner)
            for task in tasks:
                task.cancel()
        await job.close()
    finally:
        await database.close()


@asynccontextmanager
async def beside(settings: Settings, url: str) -> AsyncIterator[None]:
    """Keep so many processes measuring as the settings say, while this one serves the database at `url`."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_keep(url)) for _ in range(settings.insight_processes)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()


async def _keep(url: str) -> None:
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "valvomo", "insight", "--owner", str(os.getpid()),
            env={**os.environ, URL: url}, stdin=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        log.warning("insight.ended", code=code)
        await asyncio.sleep(AGAIN_SECONDS)


async def _end(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.terminate()
        try:
            async with asyncio.timeout(END_SECONDS):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


async def _keep_time(clock: HouseClock, database: Database) -> None:
    """What is written here is compared with what others write."""
    while True:
        try:
            async with database.asking() as tx:
                await clock.hear(tx.value("insight.time"))
        except LOST as error:
            log.warning("insight.time", error=repr(error))
        await asyncio.sleep(TIME_SECONDS)


async def _told_to_end(owner: int | None) -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, told.set)
    while not told.is_set():
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await told.wait()
        if owner is not None and os.getppid() != owner:
            return
