"""A house that carries calls with an engine without media, on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import msgspec
from sample_engine import SampleCall, SampleEngine
from sample_floor import AINO, Floor
from sample_patience import until

from valvomo.bus.local import LocalBus
from valvomo.commands.calling import Calling
from valvomo.commands.conversations.call import AcceptCall, Elevate
from valvomo.db.calls import Answer
from valvomo.db.doorbell import Doorbell
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Mode
from valvomo.domain.refusals import Reason, Refusal
from valvomo.files.folder import Folder
from valvomo.files.sealed import SealedFiles
from valvomo.house_key import HouseKey
from valvomo.insight.speech.choosing import SpeechPlaces
from valvomo.jobs.calls.attendant import Attendant
from valvomo.jobs.calls.keeping import Keeping
from valvomo.jobs.calls.writing import Writer
from valvomo.live.calls import CHANNEL, CallSignal
from valvomo.media.port import Connected, Engine


class CallHouse:
    """One process that carries calls, and another one that browsers are connected to.

    What is said is written down where there are `places` to do it by.
    """

    def __init__(self, floor: Floor, folder: Path, places: SpeechPlaces | None = None) -> None:
        self.places = places
        self.folder, self.kept = folder / "calls", folder / "files"
        self.folder.mkdir()
        self.floor = floor
        self.bus = LocalBus()
        self.bell = Doorbell(self.bus)
        floor.executor.bell = self.bell
        self.engine = SampleEngine()
        self.calling = Calling(floor.executor, self.bus)
        self.told: list[CallSignal] = []
        self.bus.subscribe(CHANNEL, lambda it: self.told.append(msgspec.json.decode(it, type=CallSignal)))

    @asynccontextmanager
    async def carrying(self, name: str, engine: SampleEngine) -> AsyncIterator[asyncio.Task[None]]:
        """Another process that carries calls."""
        files = SealedFiles(Folder(self.kept), lambda: HouseKey((b"k" * 32,)))
        keeping = Keeping(self.floor.executor, files, self.folder, self.floor.clock)
        executor, writer = self.floor.executor, None
        if self.places is not None:
            writer = Writer(executor, self.places, 1, process_id=name)
        attendant = Attendant(executor, self.bus, keeping, process_id=name, writer=writer)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(attendant.carry(cast("Engine", engine)))
            seen = "SELECT 1 FROM call_carriers WHERE process_id = $1"
            while not await self.floor.sql(seen, name):  # noqa: ASYNC110 - the database rings no bell
                await asyncio.sleep(0.01)
            yield task
            task.cancel()

    async def elevated(self, mode: Mode = Mode.VOICE) -> tuple[str, Actor]:
        """A chat of Aino's that is in a call, and its customer."""
        one = await self.floor.accepted()
        guest = await self.floor.guest(one)
        await self.floor.done(AINO, Elevate(conversation_id=one, mode=mode))
        await self.floor.done(guest, AcceptCall(conversation_id=one, mode=mode))
        return one, guest

    async def come(self, one: str, *people: Actor) -> None:
        for actor in people:
            answer: Answer | Refusal = Refusal(Reason.BUSY)
            while isinstance(answer, Refusal) and answer.reason is Reason.BUSY:
                # As browsers do when nothing has come for some seconds.
                answer = await self.calling.come(actor, one, f"of {actor.id}")
            assert isinstance(answer, Answer)
            assert answer.answer == f"answer to of {actor.id}"

    async def both_come(self, one: str, guest: Actor) -> str:
        """Customer and agent come into its call, and are heard in it; the call's id."""
        await self.come(one, guest, AINO)
        (call_id,) = self.engine.open
        for person in (guest.id, AINO.id):
            await self.engine.news.put(Connected(call_id, person))
        return call_id

    async def until(self, holds: Callable[[], bool]) -> None:
        """Wait for what is to come about."""
        await until(holds, lambda: self.engine)

    def call(self) -> SampleCall:
        (only,) = self.engine.open.values()
        return only
