"""The engine of one process: the port's operations, the one UDP port, and the clock that everything in it goes by."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager

from valvomo.domain.calls.hearing import Matrix
from valvomo.media.embedded import beat, music, sdp, sounds
from valvomo.media.embedded.beat import Beat
from valvomo.media.embedded.board import Call, Switchboard, Tap
from valvomo.media.embedded.door import Door
from valvomo.media.embedded.ice import Address
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.line import Line
from valvomo.media.embedded.news import News
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.recorder import Recorder
from valvomo.media.embedded.sounds import Playing, Sound
from valvomo.media.embedded.wire import Wire
from valvomo.media.port import (
    Agreed,
    Connected,
    Dialled,
    GoneError,
    Happening,
    Heard,
    PcmLeg,
    Pressed,
    Quality,
    WebLeg,
    checked_keys,
    checked_rate,
)

LOOKS = 0.5
BEHIND = 1.0
"""Seconds that are made up for when the process was held up; what is older is left out."""


class EmbeddedEngine:
    """Made by `running`. All of it belongs to one event loop."""

    def __init__(self, place: Place, tasks: asyncio.TaskGroup, tune: Sound) -> None:
        self._news = News()
        self._board = Switchboard(time.monotonic, time.time, self._news.tell)
        self._wire = Wire(time.monotonic, self._board.came)
        self._door = Door(place, self._wire, self._board, tasks)
        self._recorder = Recorder(time.monotonic, self._news.tell)
        self._beat = Beat(self._board, tune)

    @classmethod
    @asynccontextmanager
    async def running(cls, place: Place) -> AsyncIterator[EmbeddedEngine]:
        """The engine for as long as it is needed; raises `OSError` where its port is not to be had."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            engine = cls(place, tasks, await asyncio.to_thread(music.tune))
            await loop.create_datagram_endpoint(lambda: engine._wire, local_addr=(place.host, place.port))
            beats = [tasks.create_task(one) for one in engine._beats()]
            tasks.create_task(engine._recorder.writes())
            try:
                yield engine
            finally:
                for call_id in await engine.calls():
                    await engine.end_call(call_id)
                await engine._recorder.close()
                for one in beats:
                    one.cancel()
                engine._wire.close()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where browsers reach it."""
        return self._door.addresses

    async def open_call(self, call_id: str, *, beside: str = "") -> None:  # noqa: ARG002 - all are in one process
        """See `Engine`."""
        self._board.open(call_id)

    async def end_call(self, call_id: str) -> None:
        """See `Engine`."""
        call = self._board.calls.pop(call_id, None)
        if call is None:
            return
        for recording in call.recordings.values():
            recording.over = True
        for tap in call.taps:
            tap.flow.end()
        for leg in call.legs.values():
            await self._hang_up(leg)

    async def calls(self) -> frozenset[str]:
        """See `Engine`."""
        return frozenset(self._board.calls)

    async def add_web_leg(self, leg: WebLeg) -> Agreed:
        """See `Engine`."""
        self._call(leg.call_id)
        offer = sdp.read(leg.offer)
        there = self._board.find(leg.call_id, leg.leg_id)
        if isinstance(there, Leg) and not there.over and there.offer.fingerprints == offer.fingerprints:
            return Agreed(answer=self._door.again(there, offer))
        await self.remove_leg(leg.call_id, leg.leg_id)
        return Agreed(answer=self._door.come(leg, offer))

    async def offer_web_leg(self, call_id: str, leg_id: str) -> str:
        """Somebody is to come who does not offer: another engine. What we offer them, which is one stream of sound.

        They answer by `take_answer`. Raises `GoneError`.
        """
        self._call(call_id)
        await self.remove_leg(call_id, leg_id)
        return self._door.invite(call_id, leg_id)

    async def take_answer(self, call_id: str, leg_id: str, answer: str) -> None:
        """See `Engine`; nobody but who came by `offer_web_leg` is offered anything, and they answer once.

        A browser can say that it answers though it was offered nothing: it would choose where our checks go to.
        """
        leg = self._board.find(call_id, leg_id)
        if isinstance(leg, Leg) and leg.offer is sdp.ONE_WAY:
            self._door.accepted(leg, answer)

    async def add_pcm_leg(self, leg: PcmLeg) -> None:
        """See `Engine`."""
        self._call(leg.call_id)
        rate = checked_rate(leg.rate)
        there = self._board.find(leg.call_id, leg.leg_id)
        if isinstance(there, Line) and there.rate == rate:
            return
        await self.remove_leg(leg.call_id, leg.leg_id)
        self._board.put(
            Line(id=leg.leg_id, call_id=leg.call_id, name=leg.name, rate=rate, began=time.monotonic())
        )

    async def feed(self, call_id: str, leg_id: str, pcm: bytes) -> None:
        """See `Engine`."""
        line = self._line(call_id, leg_id)
        if line is None:
            return
        line.feed(pcm, time.monotonic())
        if not line.connected:
            line.connected = True
            self._news.tell(Connected(call_id, leg_id))

    async def sound(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard | Dialled, None]:
        """See `Engine`."""
        line = self._line(call_id, leg_id)
        if line is not None:
            async for one in line.out:
                yield one

    async def remove_leg(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        leg = self._board.take_out(call_id, leg_id)
        if leg is not None:
            await self._hang_up(leg)

    async def move_leg(self, call_id: str, leg_id: str, to_call_id: str) -> None:
        """See `Engine`."""
        self._call(to_call_id)
        leg = self._board.take_out(call_id, leg_id)
        if leg is not None:
            leg.call_id = to_call_id
            self._board.put(leg)

    async def set_routes(self, call_id: str, matrix: Matrix, *, kept: AbstractSet[str] = frozenset()) -> None:
        """See `Engine`."""
        self._board.route(call_id, matrix, kept)

    async def start_recording(
        self, call_id: str, recording_id: str, folder: str, *, ago: float = 0.0
    ) -> None:
        """See `Engine`."""
        call = self._call(call_id)
        if recording_id not in call.recordings:
            call.recordings[recording_id] = self._recorder.start(call_id, recording_id, folder, ago)

    async def pause_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        for one in self._board.recording(call_id, recording_id):
            one.paused = True

    async def resume_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        for one in self._board.recording(call_id, recording_id):
            one.paused = False

    async def stop_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        for one in self._board.recording(call_id, recording_id):
            one.over = True

    async def tap(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard, None]:
        """See `Engine`."""
        call = self._board.calls.get(call_id)
        if call is None:
            return
        tap = Tap(leg_id)
        call.taps.append(tap)
        call.route()
        try:
            async for one in tap.flow:
                yield one
        finally:
            call.taps.remove(tap)
            call.route()

    async def play(self, call_id: str, leg_id: str, sound: bytes, *, loop: bool = False) -> None:
        """See `Engine`."""
        found = await asyncio.to_thread(sounds.read, sound)
        call = self._board.calls.get(call_id)
        if call is not None and leg_id in call.legs:
            call.playing[leg_id] = Playing(found, loop)
            call.route()

    async def stop_play(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        call = self._board.calls.get(call_id)
        if call is not None and call.playing.pop(leg_id, None) is not None:
            call.route()

    async def dtmf(self, call_id: str, leg_id: str, keys: str) -> None:
        """See `Engine`."""
        for key in checked_keys(keys) if self._line(call_id, leg_id) else "":
            self._news.tell(Pressed(call_id, leg_id, key))

    async def send_dtmf(self, call_id: str, leg_id: str, keys: str) -> None:
        """See `Engine`."""
        line = self._line(call_id, leg_id)
        if checked_keys(keys) and line is not None:
            line.out.put(Dialled(call_id, leg_id, keys))

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """See `Engine`."""
        call = self._board.calls.get(call_id)
        return {one.id: one.quality() for one in call.legs.values()} if call else {}

    def happenings(self) -> AsyncIterator[Happening]:
        """See `Engine`."""
        return self._news.read()

    def _call(self, call_id: str) -> Call:
        call = self._board.calls.get(call_id)
        if call is None:
            raise GoneError(call_id)
        return call

    def _line(self, call_id: str, leg_id: str) -> Line | None:
        leg = self._board.find(call_id, leg_id)
        return leg if isinstance(leg, Line) else None

    async def _hang_up(self, leg: Leg | Line) -> None:
        await (self._door.close(leg) if isinstance(leg, Leg) else leg.close())

    def _beats(self) -> tuple[Coroutine[None, None, None], ...]:
        """What goes on by itself until it is cancelled."""
        return self._looks(), self._beating()

    async def _looks(self) -> None:
        while True:
            await asyncio.sleep(LOOKS)
            self._board.look()

    async def _beating(self) -> None:
        due = time.monotonic()
        for turn in itertools.count():
            due = max(due + beat.SECONDS, time.monotonic() - BEHIND)
            await asyncio.sleep(due - time.monotonic())
            self._beat.step(due)
            self._board.report(turn)
