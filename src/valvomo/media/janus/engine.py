"""The engine that has browsers' calls carried by Janus servers: the operations of the port.

Each call is with one server. Whatever Janus' VideoRoom does not do, telephones, music, recordings and the like, is done
by our own engine (`back`), which takes part in the call's room as one more participant (`call.py`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import aclosing, asynccontextmanager

import structlog

from valvomo.domain.calls.hearing import Matrix
from valvomo.media.embedded.news import News
from valvomo.media.janus import offers
from valvomo.media.janus.call import Back, Call, play_voice
from valvomo.media.janus.client import JanusError
from valvomo.media.janus.leg import Leg
from valvomo.media.janus.listed import Server
from valvomo.media.janus.room import Room
from valvomo.media.janus.servers import Servers
from valvomo.media.janus.watch import Watch
from valvomo.media.port import (
    Agreed,
    Dialled,
    Gone,
    GoneError,
    Happening,
    Heard,
    OfferError,
    PcmLeg,
    Quality,
    WebLeg,
    checked_rate,
)

log = structlog.get_logger(__name__)


class JanusEngine:
    """See `Engine`. Made by `running`."""

    def __init__(self, back: Back) -> None:
        self._back = back
        self._news = News()
        self._calls: dict[str, Call] = {}
        self._watch = Watch(self._calls, back, self._news, gone=self._gone_behind, finish=self._finish)
        self._servers = Servers(self._died, self._watch.look)

    @classmethod
    @asynccontextmanager
    async def running(cls, servers: Sequence[Server], back: Back) -> AsyncIterator[JanusEngine]:
        """The engine for as long as it is needed; of servers that are not there yet some may come later."""
        engine = cls(back)
        async with asyncio.TaskGroup() as tasks, engine._servers.kept(servers):
            works = [tasks.create_task(one) for one in (engine._watch.run(), engine._watch.listen())]
            try:
                yield engine
            finally:
                for call_id in await engine.calls():
                    await engine.end_call(call_id)
                for one in works:
                    one.cancel()

    async def open_call(self, call_id: str, *, beside: str = "") -> None:
        """See `Engine`."""
        if call_id in self._calls:
            return
        near = self._calls.get(beside)
        room = near.room if near else await self._servers.open()
        room.calls.add(call_id)
        try:
            await self._back.open_call(call_id, beside=beside)
        except BaseException:
            await self._servers.leave(room, call_id)
            raise
        self._calls[call_id] = Call(id=call_id, room=room, back=self._back, dropped=self._watch.drop)

    async def end_call(self, call_id: str) -> None:
        """See `Engine`."""
        call = self._calls.pop(call_id, None)
        if call is not None:
            await self._finish(call)

    async def calls(self) -> frozenset[str]:
        """See `Engine`."""
        return frozenset(self._calls)

    async def add_web_leg(self, leg: WebLeg) -> Agreed:
        """See `Engine`."""
        call = self._need(leg.call_id)
        coming = offers.read(leg.offer, leg.sends)
        there = call.legs.get(leg.leg_id)
        try:
            if there is not None and there.ear and there.fingerprints == coming.fingerprints:
                return await there.again(coming)
            await self.remove_leg(leg.call_id, leg.leg_id)
            found = Leg(
                id=leg.leg_id,
                call_id=leg.call_id,
                name=leg.name,
                sends=leg.sends,
                fingerprints=coming.fingerprints,
                began=asyncio.get_running_loop().time(),
            )
            call.legs[leg.leg_id] = found
            return await found.come(call.room, coming, *self._watch.of(found))
        except (ConnectionError, JanusError) as error:
            await self.remove_leg(leg.call_id, leg.leg_id)
            if isinstance(error, JanusError):
                raise OfferError(str(error)) from error
            raise

    async def take_answer(self, call_id: str, leg_id: str, answer: str) -> None:
        """See `Engine`."""
        call = self._calls.get(call_id)
        leg = call.legs.get(leg_id) if call else None
        if call is None or leg is None or leg.ear is None:
            return
        ear = leg.ear
        try:
            await ear.answer(answer)
        except JanusError as error:
            # Of who has gone meanwhile nothing is wanted any more.
            if leg.ear is ear:
                raise OfferError(str(error)) from error
        await self._watch.follow(call)

    async def add_pcm_leg(self, leg: PcmLeg) -> None:
        """See `Engine`."""
        call = self._need(leg.call_id)
        checked_rate(leg.rate)
        await self._back.add_pcm_leg(leg)
        call.lines.add(leg.leg_id)
        await self._watch.follow(call)

    async def feed(self, call_id: str, leg_id: str, pcm: bytes) -> None:
        """See `Engine`."""
        await self._back.feed(call_id, leg_id, pcm)

    async def sound(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard | Dialled, None]:
        """See `Engine`."""
        async with aclosing(self._back.sound(call_id, leg_id)) as heard:
            async for one in heard:
                yield one

    async def remove_leg(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        call = self._calls.get(call_id)
        if call is None:
            return
        leg = call.legs.get(leg_id)
        if leg is not None:
            call.forget(leg)
            await leg.hang_up()
            await self._watch.follow(call)
        elif leg_id in call.lines:
            call.lines.discard(leg_id)
            await self._back.remove_leg(call_id, leg_id)
            await self._watch.follow(call)

    async def move_leg(self, call_id: str, leg_id: str, to_call_id: str) -> None:
        """See `Engine`."""
        to, call = self._need(to_call_id), self._calls.get(call_id)
        if call is None or call is to:
            return
        if call.room is not to.room:
            raise ValueError("these calls were not opened beside each other")
        leg = call.legs.get(leg_id)
        if leg is not None:
            call.forget(leg)
            to.legs[leg_id], leg.call_id = leg, to_call_id
        elif leg_id in call.lines:
            call.lines.discard(leg_id)
            await self._back.move_leg(call_id, leg_id, to_call_id)
            to.lines.add(leg_id)
        await self._watch.follow(call)
        await self._watch.follow(to)

    async def set_routes(self, call_id: str, matrix: Matrix, *, kept: AbstractSet[str] = frozenset()) -> None:
        """See `Engine`."""
        call = self._calls.get(call_id)
        if call is not None:
            call.matrix, call.kept = matrix, kept
            await self._watch.follow(call)

    async def start_recording(
        self, call_id: str, recording_id: str, folder: str, *, ago: float = 0.0
    ) -> None:
        """See `Engine`."""
        call = self._need(call_id)
        await self._back.start_recording(call_id, recording_id, folder, ago=ago)
        call.recordings.add(recording_id)
        await self._watch.follow(call)

    async def pause_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        await self._back.pause_recording(call_id, recording_id)

    async def resume_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        await self._back.resume_recording(call_id, recording_id)

    async def stop_recording(self, call_id: str, recording_id: str) -> None:
        """See `Engine`."""
        await self._back.stop_recording(call_id, recording_id)
        call = self._calls.get(call_id)
        if call is not None:
            call.recordings.discard(recording_id)
            await self._watch.follow(call)

    async def tap(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard, None]:
        """See `Engine`."""
        call = self._calls.get(call_id)
        if call is None:
            return
        call.taps[leg_id] += 1
        try:
            await self._watch.follow(call)
            async with aclosing(self._back.tap(call_id, leg_id)) as heard:
                async for one in heard:
                    yield one
        finally:
            call.taps -= {leg_id: 1}
            self._watch.look(call)

    async def play(self, call_id: str, leg_id: str, sound: bytes, *, loop: bool = False) -> None:
        """See `Engine`."""
        call = self._calls.get(call_id)
        # Whatever is wrong with it is said, whoever it is for; to who has no browser it is played by that.
        await self._back.play(call_id, leg_id if call and leg_id in call.lines else "", sound, loop=loop)
        if call is not None and leg_id in call.legs:
            call.playing.add(leg_id)
            await call.follow()
            await call.join()
            await self._back.play(call_id, play_voice(leg_id), sound, loop=loop)

    async def stop_play(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        await self._back.stop_play(call_id, leg_id)
        call = self._calls.get(call_id)
        if call is not None and leg_id in call.playing:
            call.playing.discard(leg_id)
            await self._watch.follow(call)

    async def dtmf(self, call_id: str, leg_id: str, keys: str) -> None:
        """See `Engine`."""
        await self._back.dtmf(call_id, leg_id, keys)

    async def send_dtmf(self, call_id: str, leg_id: str, keys: str) -> None:
        """See `Engine`."""
        await self._back.send_dtmf(call_id, leg_id, keys)

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """See `Engine`."""
        call = self._calls.get(call_id)
        if call is None:
            return {}
        lines = await self._back.quality(call_id) if call.lines else {}
        handles = [part.handle.id for leg in call.legs.values() for part in (leg.mouth, leg.ear) if part]
        found = await call.room.session.measures(handles)
        return {one.id: one.measured(found) for one in call.legs.values()} | {
            one: it for one, it in lines.items() if one in call.lines
        }

    def happenings(self) -> AsyncIterator[Happening]:
        """See `Engine`."""
        return self._news.read()

    def _need(self, call_id: str) -> Call:
        call = self._calls.get(call_id)
        if call is None:
            raise GoneError(call_id)
        return call

    async def _finish(self, call: Call) -> None:
        try:
            await call.end()
        finally:
            await self._servers.leave(call.room, call.id)

    def _died(self, rooms: list[Room]) -> None:
        """A server has died, and with it the calls in these rooms; what is left of them ends by and by."""
        self._lost({one for room in rooms for one in room.calls})

    def _gone_behind(self, call_ids: tuple[str, ...]) -> None:
        self._lost(set(call_ids))

    def _lost(self, call_ids: set[str]) -> None:
        gone = sorted(call_ids & self._calls.keys())
        for one in gone:
            self._watch.end(self._calls.pop(one))
        if gone:
            self._news.tell(Gone(tuple(gone)))
