"""What happens in calls that Janus carries: told to the house, and followed by what has to be done."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial

import structlog

from valvomo.media.embedded.news import News
from valvomo.media.janus.call import Back, Call, play_voice
from valvomo.media.janus.client import Message
from valvomo.media.janus.leg import QUIET_SECONDS, Leg
from valvomo.media.janus.room import Ear, Mouth
from valvomo.media.port import Connected, Gone, Happening, Lost, Played, Recorded, Speaking

LOOKS = 0.5
COMES_WITHIN = 25.0
"""Seconds for a browser's connections."""

log = structlog.get_logger(__name__)


class Watch:
    """Of one engine. `gone` takes calls that died with a process of our own engine, `finish` ends what is left."""

    def __init__(
        self,
        calls: Mapping[str, Call],
        back: Back,
        news: News,
        *,
        gone: Callable[[tuple[str, ...]], None],
        finish: Callable[[Call], Awaitable[None]],
    ) -> None:
        self._calls = calls
        self._back = back
        self._news = news
        self._gone = gone
        self._finish = finish
        self._hanging: list[Leg] = []
        self._changed: dict[str, Call] = {}
        self._followed: set[str] = set()
        self._ending: list[Call] = []
        self._wake = asyncio.Event()

    def of(self, leg: Leg) -> tuple[Callable[[Mouth, Message], None], Callable[[Ear, Message], None]]:
        """Who is told of a leg's connections."""
        return (
            lambda mouth, message: self._mouthed(leg, mouth, message),
            lambda ear, message: self._eared(leg, ear, message),
        )

    def look(self, call: Call | None = None) -> None:
        """Something has to be done about a call, or about all."""
        self._changed |= {one.id: one for one in ([call] if call else self._calls.values())}
        self._wake.set()

    def end(self, call: Call) -> None:
        """A call is over; whatever is left of it ends."""
        self._ending.append(call)
        self._wake.set()

    async def drop(self, leg: Leg) -> None:
        """Janus has not done for a leg what it was told: it hears nothing any more, and has to come anew."""
        log.warning("janus.dropped", leg=leg.id)
        await leg.hang_up()
        self._lose(leg)

    async def follow(self, call: Call) -> None:
        """Have a call follow its table, as far as that is done at once; nobody waits for what takes longer."""
        await call.follow()
        if call.to_join:
            self.look(call)

    async def run(self) -> None:
        """Do what has to be done, without end; for each call beside, so that none waits for another's server."""
        async with asyncio.TaskGroup() as group:
            while True:
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOKS):
                        await self._wake.wait()
                self._wake.clear()
                self._look(asyncio.get_running_loop().time())
                self._work(group)

    def _work(self, group: asyncio.TaskGroup) -> None:
        ending, self._ending = self._ending, []
        hanging, self._hanging = self._hanging, []
        for leg in hanging:
            group.create_task(self._done(leg.hang_up, leg.call_id, leg=leg.id))
        for call in ending:
            group.create_task(self._done(partial(self._finish, call), call.id))
        for call in [one for one in self._changed.values() if one.id not in self._followed]:
            del self._changed[call.id]
            self._followed.add(call.id)
            group.create_task(self._beside(call))

    async def _beside(self, call: Call) -> None:
        """Of one call one at a time; what changes meanwhile is followed as soon as that is done."""
        try:
            done = await self._done(call.follow, call.id) and await self._done(call.join, call.id)
        finally:
            self._followed.discard(call.id)
        if call.id in self._changed:
            self._wake.set()
        elif not done and self._calls.get(call.id) is call:
            # With the next look; what is not done now may be that somebody hears whom they must not.
            self._changed[call.id] = call

    async def _done(self, work: Callable[[], Awaitable[None]], call_id: str, **what: str) -> bool:
        """Whether nothing unforeseen came of it: what goes wrong in one call must not end what all rely on."""
        try:
            await work()
        except ConnectionError as error:
            log.info("janus.later", call=call_id, error=str(error), **what)
        except Exception:
            log.exception("janus.failed", call=call_id, **what)
            return False
        return True

    def _look(self, now: float) -> None:
        for call in self._calls.values():
            if call.broken:
                # Without a wake: what is broken as long as a server is away is tried again at each look.
                self._changed.setdefault(call.id, call)
            for leg in call.legs.values():
                quiet = leg.quiet is not None and now - leg.quiet > QUIET_SECONDS
                if quiet or (not leg.connected and now - leg.began > COMES_WITHIN):
                    self._lose(leg)

    async def listen(self) -> None:
        """What our own engine tells, without end."""
        async for one in self._back.happenings():
            self._told(one)

    def _told(self, happening: Happening) -> None:
        if isinstance(happening, Gone):
            self._gone(happening.call_ids)
            return
        if isinstance(happening, Recorded):
            self._news.tell(happening)
            return
        call = self._calls.get(happening.call_id)
        if call is None:
            return
        if happening.leg_id in call.lines:
            self._news.tell(happening)
        elif isinstance(happening, Played):
            self._played(call, happening.leg_id)

    def _played(self, call: Call, voice: str) -> None:
        for leg_id in [one for one in call.playing if play_voice(one) == voice]:
            call.playing.discard(leg_id)
            self._news.tell(Played(call.id, leg_id))
            self.look(call)

    def _mouthed(self, leg: Leg, mouth: Mouth, message: Message) -> None:
        if leg.mouth is not None and leg.mouth is not mouth:
            return
        match message:
            case {"janus": "webrtcup"}:
                mouth.up = True
                self._came(leg)
            case {"janus": "hangup"}:
                mouth.up = False
                self._ended(leg)
            case {"janus": "media", "type": "audio", "receiving": receiving}:
                leg.quiet = None if receiving else asyncio.get_running_loop().time()
                if receiving and leg.lost and leg.there:
                    leg.lost = False
                    self._came(leg)
            case {"plugindata": {"data": {"videoroom": "talking" | "stopped-talking" as what, "id": feed}}}:
                if feed == mouth.feed.id:
                    self._spoke(leg, speaking=what == "talking")
            case _:
                pass

    def _eared(self, leg: Leg, ear: Ear, message: Message) -> None:
        if leg.ear is not None and leg.ear is not ear:
            return
        if message["janus"] == "webrtcup":
            ear.up = True
            self._came(leg)
        elif message["janus"] == "hangup":
            ear.up = False
            self._ended(leg)

    def _came(self, leg: Leg) -> None:
        call = self._calls.get(leg.call_id)
        if call is None or call.legs.get(leg.id) is not leg:
            return
        if leg.there and not leg.connected:
            leg.connected, leg.lost = True, False
            self._news.tell(Connected(leg.call_id, leg.id))
        self.look(call)

    def _spoke(self, leg: Leg, *, speaking: bool) -> None:
        call = self._calls.get(leg.call_id)
        if call is None or leg.speaking == speaking:
            return
        leg.speaking = speaking
        self._news.tell(Speaking(leg.call_id, leg.id, speaking))
        if speaking:
            now = asyncio.get_running_loop().time()
            for other in call.legs.values():
                if other.ear is not None:
                    other.ear.spoke[leg.id] = now
            self.look(call)

    def _ended(self, leg: Leg) -> None:
        """One of its connections has ended: the other one is of no use, and nothing goes through that any more."""
        self._lose(leg)
        self._hanging.append(leg)
        self._wake.set()
        call = self._calls.get(leg.call_id)
        if call is not None:
            self.look(call)

    def _lose(self, leg: Leg) -> None:
        call = self._calls.get(leg.call_id)
        if leg.lost or call is None or call.legs.get(leg.id) is not leg:
            return
        leg.lost, leg.connected = True, False
        self._news.tell(Lost(leg.call_id, leg.id))
