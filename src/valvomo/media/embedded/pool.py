"""The engine over several processes, one a core: each call is with one of them, and dies with it and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from collections.abc import Set as AbstractSet
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace

import structlog

from valvomo.domain.calls.hearing import Matrix
from valvomo.media.embedded import operations, talk
from valvomo.media.embedded.news import News
from valvomo.media.embedded.operations import Operation
from valvomo.media.embedded.part import Part, begun
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.talk import Answered, Sound
from valvomo.media.port import (
    Agreed,
    Dialled,
    Gone,
    GoneError,
    Happening,
    Heard,
    PcmLeg,
    Quality,
    WebLeg,
    checked_keys,
    checked_rate,
    checked_sound,
)
from valvomo.pipes import ended, unpacked

AGAIN_SECONDS = 1.0
"""Until a process that has died is followed by another."""
ENDS_WITHIN = 5.0
MOST_FED = 1 << 16
"""Bytes of plain sound that are given at once; of more only the last are of any use."""

log = structlog.get_logger(__name__)


class EnginePool:
    """See `Engine`. Made by `running`."""

    def __init__(self) -> None:
        self._parts: list[Part] = []
        self._of: dict[str, Part] = {}
        self._news = News()

    @classmethod
    @asynccontextmanager
    async def running(cls, place: Place, processes: int) -> AsyncIterator[EnginePool]:
        """So many processes; the ports are those from the place's on, or any where that is 0."""
        pool = cls()
        async with asyncio.TaskGroup() as tasks:
            ready = [asyncio.Event() for _ in range(processes)]
            keepers = [
                tasks.create_task(pool._keep(replace(place, port=place.port + n if place.port else 0), one))
                for n, one in enumerate(ready)
            ]
            for one in ready:
                await one.wait()
            try:
                yield pool
            finally:
                for keeper in keepers:
                    keeper.cancel()

    def process_of(self, call_id: str) -> int | None:
        """The system's number of the process that has a call."""
        part = self._of.get(call_id)
        return part.process.pid if part else None

    async def open_call(self, call_id: str, *, beside: str = "") -> None:
        """See `Engine`."""
        if call_id in self._of:
            return
        near = self._of.get(beside)
        if near is None and not self._parts:
            raise ConnectionError("no process of the engine is there")
        part = near or min(self._parts, key=lambda one: len(one.calls))
        self._of[call_id] = part
        part.calls.add(call_id)
        await part.ask(operations.Open(call_id))

    async def end_call(self, call_id: str) -> None:
        """See `Engine`."""
        part = self._of.pop(call_id, None)
        if part is not None:
            part.calls.discard(call_id)
            await part.ask(operations.End(call_id))

    async def calls(self) -> frozenset[str]:
        """See `Engine`."""
        return frozenset(self._of)

    async def add_web_leg(self, leg: WebLeg) -> Agreed:
        """See `Engine`."""
        answered = await self._need(leg.call_id).ask(operations.AddWeb(leg))
        return Agreed(answer=answered.description)

    async def offer_web_leg(self, call_id: str, leg_id: str) -> str:
        """See `EmbeddedEngine`."""
        return (await self._need(call_id).ask(operations.OfferWeb(call_id, leg_id))).description

    async def take_answer(self, call_id: str, leg_id: str, answer: str) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.TakeAnswer(call_id, leg_id, answer))

    async def add_pcm_leg(self, leg: PcmLeg) -> None:
        """See `Engine`."""
        checked_rate(leg.rate)
        await self._need(leg.call_id).ask(operations.AddPcm(leg))

    async def feed(self, call_id: str, leg_id: str, pcm: bytes) -> None:
        """See `Engine`."""
        part = self._of.get(call_id)
        if part is not None:
            await part.tell(operations.Feed(call_id, leg_id, pcm[-MOST_FED:]))

    async def sound(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard | Dialled, None]:
        """See `Engine`."""
        part = self._of.get(call_id)
        if part is not None:
            async with aclosing(part.listen(call_id, leg_id, says=False)) as heard:
                async for one in heard:
                    yield one

    async def remove_leg(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.Remove(call_id, leg_id))

    async def move_leg(self, call_id: str, leg_id: str, to_call_id: str) -> None:
        """See `Engine`."""
        part = self._need(to_call_id)
        if call_id not in self._of:
            return
        if self._of[call_id] is not part:
            raise ValueError("these calls were not opened beside each other")
        await part.ask(operations.Move(call_id, leg_id, to_call_id))

    async def set_routes(self, call_id: str, matrix: Matrix, *, kept: AbstractSet[str] = frozenset()) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.Route(call_id, dict(matrix), frozenset(kept)))

    async def start_recording(
        self, call_id: str, recording_id: str, folder: str, *, ago: float = 0.0
    ) -> None:
        """See `Engine`."""
        await self._need(call_id).ask(operations.StartRecording(call_id, recording_id, folder, ago))

    async def pause_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.PauseRecording(call_id, recording_id))

    async def resume_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.ResumeRecording(call_id, recording_id))

    async def stop_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.StopRecording(call_id, recording_id))

    async def tap(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard, None]:
        """See `Engine`."""
        part = self._of.get(call_id)
        if part is not None:
            async with aclosing(part.listen(call_id, leg_id, says=True)) as heard:
                async for one in heard:
                    if isinstance(one, Heard):
                        yield one

    async def play(self, call_id: str, leg_id: str, sound: bytes, *, loop: bool = False) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.Play(call_id, leg_id, checked_sound(sound), loop))

    async def stop_play(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.StopPlay(call_id, leg_id))

    async def dtmf(self, call_id: str, leg_id: str, keys: str) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.Dtmf(call_id, leg_id, checked_keys(keys)))

    async def send_dtmf(self, call_id: str, leg_id: str, keys: str) -> None:
        """See `Engine`."""
        await self._ask(call_id, operations.SendDtmf(call_id, leg_id, checked_keys(keys)))

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """See `Engine`."""
        answer = await self._ask(call_id, operations.Measure(call_id))
        return answer.qualities if answer else {}

    def happenings(self) -> AsyncIterator[Happening]:
        """See `Engine`."""
        return self._news.read()

    def _need(self, call_id: str) -> Part:
        part = self._of.get(call_id)
        if part is None:
            raise GoneError(call_id)
        return part

    async def _ask(self, call_id: str, operation: Operation) -> Answered | None:
        """Whoever has the call; None where it is gone."""
        part = self._of.get(call_id)
        return await part.ask(operation) if part else None

    async def _keep(self, place: Place, ready: asyncio.Event) -> None:
        """A process at this place for as long as the pool is there."""
        while True:
            try:
                part = Part(await begun(place))
            except OSError as error:
                if not ready.is_set():
                    raise
                # The machine has no room for it now; those of the others go on meanwhile.
                log.warning("media.process_not_begun", port=place.port, error=str(error))
                await asyncio.sleep(AGAIN_SECONDS)
                continue
            self._parts.append(part)
            ready.set()
            try:
                await self._listen(part)
            finally:
                self._parts.remove(part)
                self._lose(part)
                await ended(part.process, ENDS_WITHIN)
            log.warning("media.process_died", port=place.port, code=part.process.returncode)
            await asyncio.sleep(AGAIN_SECONDS)

    async def _listen(self, part: Part) -> None:
        pipe = part.process.stdout
        while pipe is not None and (said := await unpacked(pipe, talk.SAID)) is not None:
            if isinstance(said, Answered):
                part.answered(said)
            elif isinstance(said, Sound):
                part.heard(said)
            else:
                self._news.tell(said)

    def _lose(self, part: Part) -> None:
        part.died()
        gone = sorted(part.calls)
        self._of = {call_id: one for call_id, one in self._of.items() if one is not part}
        if gone:
            self._news.tell(Gone(tuple(gone)))
