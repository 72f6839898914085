"""Carrying calls beside a server: the engine's processes, who attends to them, and who keeps what is recorded."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from valvomo.addresses import networks_of
from valvomo.jobs.calls.announcing import Announcer
from valvomo.jobs.calls.attendant import Attendant
from valvomo.jobs.calls.keeping import Keeping
from valvomo.jobs.calls.telephones import Telephones
from valvomo.jobs.calls.trunks import Trunks
from valvomo.jobs.calls.writing import Writer
from valvomo.main.assembly import House
from valvomo.main.insight_places import speech_places, voice_places
from valvomo.media.janus import listed
from valvomo.media.port import Engine
from valvomo.settings import Settings
from valvomo.voices.choosing import voices_of
from valvomo.voices.rendering import Voices

FOLDER = "calls"
"""In the data folder: what is being recorded, until it is kept."""


def attendant_of(house: House, settings: Settings) -> Attendant | None:
    """Who attends to the calls that this process carries, if it carries any; to be made before anything runs."""
    if not settings.calls_processes and settings.calls_janus is None:
        return None
    executor, folder = house.parts.executor, settings.data / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    keeping = Keeping(executor, house.parts.files.sealed, folder, house.parts.clock)
    process_id, writer = house.hub.process_id, None
    if settings.speech_processes:
        writer = Writer(executor, speech_places(settings), settings.speech_processes, process_id=process_id)
    telephones = _telephones(house, settings, process_id)
    return Attendant(
        executor, house.bus, keeping, process_id=process_id, alone=settings.embedded, writer=writer,
        telephones=telephones, packets=house.parts.packets,
    )  # fmt: skip


def _telephones(house: House, settings: Settings, process_id: str) -> Telephones:
    parts, switchboard = house.parts, house.parts.channels.switchboard
    allowed = networks_of(settings.webhook_networks)
    opener = parts.channels.setting_up.opener
    trunks = Trunks(parts.executor, opener, switchboard, process_id=process_id, allowed=allowed)
    announcer = Announcer(parts.executor, Voices(voices_of(voice_places(settings))))
    telephones = Telephones(parts.executor, house.bus, trunks, process_id=process_id, announcer=announcer)
    switchboard.process_id, switchboard.adopt = process_id, telephones.adopt
    return telephones


@asynccontextmanager
async def carrying(attendant: Attendant | None, settings: Settings) -> AsyncIterator[None]:
    """Carry calls meanwhile. Raises `OSError` where a port is not to be had."""
    if attendant is None:
        yield
        return
    # Not before it is needed: it takes a third of a second and thirty megabytes.
    from valvomo.media.embedded.place import Place  # noqa: PLC0415
    from valvomo.media.embedded.pool import EnginePool  # noqa: PLC0415

    place = Place(
        host=settings.calls_host, port=settings.calls_port, public=settings.calls_addresses,
        log_level=settings.log_level, log_format=settings.log_format,
    )  # fmt: skip
    async with AsyncExitStack() as stack:
        own = await stack.enter_async_context(EnginePool.running(place, max(1, settings.calls_processes)))
        engine: Engine = own
        if settings.calls_janus is not None:
            from valvomo.media.janus.engine import JanusEngine  # noqa: PLC0415

            there = listed.servers(settings.calls_janus)
            engine = await stack.enter_async_context(JanusEngine.running(there, own))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        carried = group.create_task(attendant.carry(engine))
        try:
            yield
        finally:
            carried.cancel()
            await attendant.end()
