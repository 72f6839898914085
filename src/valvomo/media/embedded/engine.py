"""The engine of one process: the port's operations, the one UDP port, and the clock that everything in it goes by."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Coroutine, Iterator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager

import structlog
from aiortc.rtcdtlstransport import RTCCertificate

from valvomo.domain.calls.hearing import Matrix
from valvomo.media.embedded import ice, music, sdp
from valvomo.media.embedded.board import MUSIC, Switchboard
from valvomo.media.embedded.ice import Address, Credentials
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.news import News
from valvomo.media.embedded.place import Place
from valvomo.media.embedded.recorder import Recorder
from valvomo.media.embedded.rtp import SEQUENCES, TIMESTAMPS, Packet
from valvomo.media.embedded.secure import Secured
from valvomo.media.embedded.wire import Wire
from valvomo.media.port import Connected, GoneError, Happening, Kind, Lost, Quality, WebLeg

LOOKS, REPORTS, STEP = 0.5, 2.0, 0.02

log = structlog.get_logger(__name__)


class EmbeddedEngine:
    """Made by `running`. All of it belongs to one event loop."""

    def __init__(self, place: Place, tasks: asyncio.TaskGroup) -> None:
        self._place = place
        self._tasks = tasks
        self._certificate = RTCCertificate.generateCertificate()
        self._fingerprints = [
            one for one in self._certificate.getFingerprints() if one.algorithm == "sha-256"
        ]
        self._news = News()
        self._board = Switchboard(time.monotonic, time.time, self._news.tell)
        self._wire = Wire(time.monotonic, self._board.came)
        self._recorder = Recorder(time.monotonic, self._news.tell)
        self._tune: Iterator[Packet] = iter(())

    @classmethod
    @asynccontextmanager
    async def running(cls, place: Place) -> AsyncIterator[EmbeddedEngine]:
        """The engine for as long as it is needed; raises `OSError` where its port is not to be had."""
        loop = asyncio.get_running_loop()
        async with asyncio.TaskGroup() as tasks:
            engine = cls(place, tasks)
            engine._tune = _played(await asyncio.to_thread(music.tune))
            await loop.create_datagram_endpoint(lambda: engine._wire, local_addr=(place.host, place.port))
            beats = [tasks.create_task(one) for one in engine._beats()]
            try:
                yield engine
            finally:
                for call_id in await engine.calls():
                    await engine.end_call(call_id)
                for beat in beats:
                    beat.cancel()
                engine._wire.close()
                await engine._recorder.write()

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Where browsers reach it."""
        return tuple((host, self._wire.port) for host in self._place.public or (self._place.host,))

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
        for leg in call.legs.values():
            await self._hang_up(leg)

    async def calls(self) -> frozenset[str]:
        """See `Engine`."""
        return frozenset(self._board.calls)

    async def add_web_leg(self, leg: WebLeg) -> str:
        """See `Engine`."""
        if leg.call_id not in self._board.calls:
            raise GoneError(leg.call_id)
        offer = sdp.read(leg.offer)
        there = self._board.find(leg.call_id, leg.leg_id)
        if there is not None and there.offer.fingerprints == offer.fingerprints:
            return self._again(there, offer)
        if there is not None:
            await self.remove_leg(leg.call_id, leg.leg_id)
        return self._come(leg, offer)

    async def remove_leg(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        leg = self._board.take_out(call_id, leg_id)
        if leg is not None:
            await self._hang_up(leg)

    async def move_leg(self, call_id: str, leg_id: str, to_call_id: str) -> None:
        """See `Engine`."""
        if to_call_id not in self._board.calls:
            raise GoneError(to_call_id)
        leg = self._board.take_out(call_id, leg_id)
        if leg is not None:
            leg.call_id = to_call_id
            self._board.put(leg)

    async def set_routes(self, call_id: str, matrix: Matrix, *, kept: AbstractSet[str] = frozenset()) -> None:
        """See `Engine`."""
        self._board.route(call_id, matrix, kept)

    async def start_recording(self, call_id: str, recording_id: str, folder: str) -> None:
        """See `Engine`."""
        call = self._board.calls.get(call_id)
        if call is None:
            raise GoneError(call_id)
        if recording_id not in call.recordings:
            call.recordings[recording_id] = self._recorder.start(call_id, recording_id, folder)

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

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """See `Engine`."""
        call = self._board.calls.get(call_id)
        return {one.id: one.quality() for one in call.legs.values()} if call else {}

    def happenings(self) -> AsyncIterator[Happening]:
        """See `Engine`."""
        return self._news.read()

    def _come(self, wanted: WebLeg, offer: sdp.Offer) -> str:
        leg = Leg(
            id=wanted.leg_id,
            call_id=wanted.call_id,
            name=wanted.name,
            sends=wanted.sends,
            offer=offer,
            secured=Secured(
                self._certificate, lambda data: self._wire.send(leg, data), lambda: self._ended(leg)
            ),
            began=time.monotonic(),
        )
        self._wire.expect(leg)
        answered = self._answer(leg)
        self._board.put(leg)
        self._tasks.create_task(self._meet(leg))
        return answered

    def _again(self, leg: Leg, offer: sdp.Offer) -> str:
        """The browser comes from elsewhere: other names for its checks, and everything else goes on as it was."""
        leg.offer, leg.credentials = offer, Credentials()
        self._wire.expect(leg)
        return self._answer(leg)

    def _answer(self, leg: Leg) -> str:
        up = leg.agree()
        return sdp.answer(
            leg.offer,
            sdp.Terms(
                candidates=ice.candidates(self.addresses),
                name=leg.credentials.name,
                password=leg.credentials.password,
                fingerprints=self._fingerprints,
                up=up,
                streams=leg.streams,
            ),
        )

    async def _meet(self, leg: Leg) -> None:
        try:
            if await leg.secured.shake_hands(leg.offer.certificate):
                leg.connected = True
                self._news.tell(Connected(leg.call_id, leg.id))
                return
        except Exception:
            log.exception("media.handshake", leg=leg.id, name=leg.name)
        self._ended(leg)

    def _ended(self, leg: Leg) -> None:
        if not leg.lost and self._board.find(leg.call_id, leg.id) is leg:
            leg.lost, leg.connected = True, False
            self._news.tell(Lost(leg.call_id, leg.id))

    async def _hang_up(self, leg: Leg) -> None:
        await leg.secured.close()
        self._wire.forget(leg)

    def _beats(self) -> tuple[Coroutine[None, None, None], ...]:
        """What goes on by itself."""
        return self._looks(), self._plays(), self._recorder.writes()

    async def _looks(self) -> None:
        reported = 0.0
        while True:
            await asyncio.sleep(LOOKS)
            self._board.look()
            if time.monotonic() - reported >= REPORTS:
                reported = time.monotonic()
                self._board.report()

    async def _plays(self) -> None:
        """Music, 50 packets a second by the clock; whoever listens hears the same."""
        due = time.monotonic()
        while True:
            due = max(due + STEP, time.monotonic() - 1.0)
            await asyncio.sleep(due - time.monotonic())
            packet = next(self._tune)
            for leg in self._board.listening():
                leg.hear(MUSIC, Kind.AUDIO, packet, time.monotonic())


def _played(packets: tuple[bytes, ...]) -> Iterator[Packet]:
    number = 0
    while True:
        yield Packet(
            payload_type=0,
            marker=False,
            sequence=number % SEQUENCES,
            timestamp=number * music.FRAME % TIMESTAMPS,
            ssrc=0,
            payload=packets[number % len(packets)],
            level=0,
        )
        number += 1
