"""Carrying calls beside a server: the engine's processes, who attends to them, and who keeps what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from valvomo.jobs.calls.attendant import Attendant
from valvomo.jobs.calls.keeping import Keeping
from valvomo.jobs.calls.writing import Writer
from valvomo.main.assembly import House
from valvomo.main.insight_places import speech_places
from valvomo.settings import Settings

FOLDER = "calls"
"""In the data folder: what is being recorded, until it is kept."""


def attendant_of(house: House, settings: Settings) -> Attendant | None:
    """Who attends to the calls that this process carries, if it carries any; to be made before anything runs."""
    if not settings.calls_processes:
        return None
    executor, folder = house.parts.executor, settings.data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeping = Keeping(executor, house.parts.files.sealed, folder, house.parts.clock)
    process_id, writer = house.hub.process_id, None
    if settings.speech_processes:
        writer = Writer(executor, speech_places(settings), settings.speech_processes, process_id=process_id)
    return Attendant(
        executor, house.bus, keeping, process_id=process_id, alone=settings.embedded, writer=writer
    )


@asynccontextmanager
async def carrying(attendant: Attendant | None, settings: Settings) -> AsyncIterator[None]:
    """Carry calls meanwhile. Raises `OSError` where a port is not to be had."""
    if attendant is None:
        yield
        return
    # Not before it is needed: it takes a third of a second and thirty megabytes.
    from valvomo.media.embedded.place import Place  # noqa: PLC0415
    from valvomo.media.embedded.pool import EnginePool  # noqa: PLC0415

    place = Place(host=settings.calls_host, port=settings.calls_port, public=settings.calls_addresses)
    async with EnginePool.running(place, settings.calls_processes) as engine, asyncio.TaskGroup() as group:
        carried = group.create_task(attendant.carry(engine))
        try:
            yield
        finally:
            carried.cancel()
            await attendant.end()
