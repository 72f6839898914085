"""A call that Janus carries: its browsers, what our own engine does beside them, and how both follow who hears whom.

Our own engine (`back`) carries who has no browser, and plays, records and listens. To Janus it is a few people more:
each of its sounds is a mouth in the room (`Voice`), and each browser that it has to hear is given to it by an ear
(`Guest`). Between the two engines sound is sealed as it is towards browsers.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from valvomo.domain.calls.hearing import Hears, Matrix
from valvomo.media.janus.client import JanusError, Message
from valvomo.media.janus.leg import Leg
from valvomo.media.janus.room import Ear, Feed, Mouth, Room, Wanted
from valvomo.media.port import Engine, GoneError, Kind, OfferError, WebLeg

MUSIC = "*music"
"""The voice of what they hear who wait. Ids with an asterisk before them are of voices, and of no leg."""
COMES_WITHIN = 3.0
"""Seconds for the two engines to have reached each other."""
SOUND = {Kind.AUDIO: "0"}

log = structlog.get_logger(__name__)


def line_voice(leg_id: str) -> str:
    """The voice of who has no browser."""
    return f"*line:{leg_id}"


def play_voice(leg_id: str) -> str:
    """The voice of what is played to a browser."""
    return f"*play:{leg_id}"


class Back(Engine, Protocol):
    """Our own engine, of one process or of several."""

    async def offer_web_leg(self, call_id: str, leg_id: str) -> str:
        """See `EmbeddedEngine`."""
        ...


@dataclass(slots=True)
class Joined:
    """A connection between the engines, and whether something goes through it."""

    part: Mouth | Ear | None = None
    up: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False


@dataclass(slots=True, kw_only=True)
class Call:
    """`lines` are legs without a browser, `taps` by how many each is listened to; to `playing` browsers we play."""

    id: str
    room: Room
    back: Back
    dropped: Callable[[Leg], Awaitable[None]]
    legs: dict[str, Leg] = field(default_factory=dict)
    lines: set[str] = field(default_factory=set)
    matrix: Matrix = field(default_factory=dict)
    kept: AbstractSet[str] = frozenset()
    recordings: set[str] = field(default_factory=set)
    taps: Counter[str] = field(default_factory=Counter)
    playing: set[str] = field(default_factory=set)
    guests: dict[str, Joined] = field(default_factory=dict)
    voices: dict[str, Joined] = field(default_factory=dict)
    over: bool = False
    _joining: asyncio.Lock = field(default_factory=asyncio.Lock)

    def wanted(self, leg: Leg) -> Wanted:
        """Whom a browser is to hear and see now; voices among them."""
        if self.over or self.legs.get(leg.id) is not leg:
            return {}
        hears = self.matrix.get(leg.id, Hears())
        sounds = {line_voice(one) if one in self.lines else one for one in hears.sources}
        if leg.id in self.playing:
            sounds.add(play_voice(leg.id))
        elif hears.music:
            sounds.add(MUSIC)
        return {Kind.AUDIO: sounds, Kind.VIDEO: hears.seen}

    def feed(self, source: str) -> Feed | None:
        """What a source says into the room, None while it says nothing there."""
        voice = self.voices.get(source)
        if voice is not None:
            return voice.part.feed if isinstance(voice.part, Mouth) and voice.up.is_set() else None
        leg = self.legs.get(source)
        return leg.feed if leg else None

    async def follow(self) -> None:
        """Have everybody hear what the table says now: what is over ends first, everywhere, before anything begins.

        Of what has to come from the one engine to the other that is heard which is there; the rest is for `join`.
        """
        await self._follow(more=False)
        await self._follow_behind()
        await self._follow(more=True)

    async def join(self) -> None:
        """Have come from the one engine to the other what is to be heard there, and have it heard.

        It waits for the two to reach each other, so it is done beside everything else.
        """
        async with self._joining:
            await self._join()
        await self._follow(more=True)

    @property
    def to_join(self) -> bool:
        """Whether there is anything for `join` to do."""
        return self.broken or (
            self._heard_behind() != self.guests.keys() or self._spoken_behind() != self.voices.keys()
        )

    async def _follow(self, *, more: bool) -> None:
        legs = [(leg, leg.ear) for leg in self.legs.values() if leg.ear is not None]
        async with asyncio.TaskGroup() as group:
            for leg, ear in legs:
                group.create_task(self._give(leg, ear, more=more))

    async def _give(self, leg: Leg, ear: Ear, *, more: bool) -> None:
        # It is done when the server is back; where it is not back soon it lets everybody's connections go.
        with suppress(ConnectionError):
            if not await self._given(leg, ear, more=more) and not await self._given(leg, ear, more=more):
                await self.dropped(leg)

    async def _given(self, leg: Leg, ear: Ear, *, more: bool) -> bool:
        """Whether Janus has done it. Whoever was to be heard may have gone meanwhile, and is no source any more."""
        try:
            await ear.follow(lambda: self.wanted(leg), self.feed, more=more)
        except JanusError as error:
            log.info("janus.not_switched", leg=leg.id, error=str(error))
            return leg.ear is not ear
        return True

    async def _follow_behind(self) -> None:
        """Our own engine: who has no browser hears as everybody does, and voices say what they are there for."""
        matrix = {one: self.matrix[one] for one in self.lines if one in self.matrix}
        for voice in self.voices:
            if voice == MUSIC:
                matrix[voice] = Hears(frozenset(), music=True)
            elif voice.startswith(line_voice("")):
                matrix[voice] = Hears(frozenset({voice.removeprefix(line_voice(""))}))
        with suppress(GoneError):
            await self.back.set_routes(self.id, matrix, kept=self.kept)

    def _heard_behind(self) -> set[str]:
        """Browsers whom our own engine has to hear."""
        heard = {one for line in self.lines for one in self.matrix.get(line, Hears()).sources}
        if self.recordings:
            heard |= self.kept
        heard |= {one for one in self.taps if one in self.kept}
        return {one for one in heard if (leg := self.legs.get(one)) is not None and leg.feed is not None}

    def _spoken_behind(self) -> set[str]:
        """Voices that somebody is to hear."""
        sounds = {one for leg in self.legs.values() for one in self.wanted(leg).get(Kind.AUDIO, ())}
        return {one for one in sounds if one.startswith("*")}

    async def _join(self) -> None:
        heard, spoken = self._heard_behind(), self._spoken_behind()
        for one in [one for one, guest in self.guests.items() if one not in heard or guest.over]:
            await self._part(self.guests.pop(one), one)
        for one in [one for one, voice in self.voices.items() if one not in spoken or voice.over]:
            await self._part(self.voices.pop(one), one)
        new = (heard - self.guests.keys()) | (spoken - self.voices.keys())
        if not new or self.over:
            return
        async with asyncio.TaskGroup() as group:
            for one in heard - self.guests.keys():
                joined = self.guests[one] = Joined()
                group.create_task(self._made(joined, self._guest(one, joined)))
            for one in spoken - self.voices.keys():
                joined = self.voices[one] = Joined()
                group.create_task(self._made(joined, self._speak(one, joined)))
        await self._follow_behind()
        await self._reached([self.voices.get(one) or self.guests.get(one) for one in new])

    async def _reached(self, joined: Iterable[Joined | None]) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(COMES_WITHIN):
                for one in joined:
                    if one is not None:
                        await one.up.wait()

    async def _made(self, joined: Joined, making: Awaitable[None]) -> None:
        try:
            await making
        except (ConnectionError, JanusError, GoneError, OfferError) as error:
            # It is tried again by whoever looks after calls.
            log.warning("janus.not_joined", call=self.id, error=repr(error))
            joined.over = True
            joined.up.set()

    async def _speak(self, voice: str, joined: Joined) -> None:
        """A sound of our engine's into the room."""
        offer = await self.back.offer_web_leg(self.id, voice)
        joined.part, answer = await Mouth.open(self.room, SOUND, offer, lambda _, it: self._told(joined, it))
        await self.back.take_answer(self.id, voice, answer)

    async def _guest(self, leg_id: str, joined: Joined) -> None:
        """A browser's sound from the room to our engine, where it has the same name."""
        leg = self.legs.get(leg_id)
        if leg is None:
            # It was let go before its turn came. Whoever comes by that name later is given another.
            joined.over = True
            joined.up.set()
            return
        ear = await Ear.open(self.room, {Kind.AUDIO: 1}, lambda _, it: self._told(joined, it))
        joined.part = ear
        coming = WebLeg(call_id=self.id, leg_id=leg_id, offer=ear.offer, name=leg.name)
        await ear.answer((await self.back.add_web_leg(coming)).answer)
        wanted: Wanted = {Kind.AUDIO: {leg_id}}
        await ear.follow(lambda: wanted, self.feed, more=True)

    def _told(self, joined: Joined, message: Message) -> None:
        if message["janus"] == "webrtcup":
            joined.up.set()
        elif message["janus"] == "hangup":
            joined.over = True

    async def _part(self, joined: Joined, name: str) -> None:
        if joined.part is not None:
            await joined.part.handle.detach()
        await self.back.remove_leg(self.id, name)

    def forget(self, leg: Leg) -> None:
        """A browser is not in it any more; its connections are the caller's."""
        if self.legs.get(leg.id) is leg:
            del self.legs[leg.id]
        guest = self.guests.get(leg.id)
        if guest is not None:
            guest.over = True
        self.matrix = {one: hears for one, hears in self.matrix.items() if one != leg.id}
        self.kept = self.kept - {leg.id}
        self.playing.discard(leg.id)

    @property
    def broken(self) -> bool:
        """Whether something between the engines has ended by itself."""
        return any(one.over for one in (*self.guests.values(), *self.voices.values()))

    async def end(self) -> None:
        """Nobody hears anything any more: first the browsers, then what our own engine did."""
        self.over = True
        for leg in list(self.legs.values()):
            await leg.hang_up()
        self.legs.clear()
        for one in [*self.guests.values(), *self.voices.values()]:
            if one.part is not None:
                await one.part.handle.detach()
        self.guests.clear()
        self.voices.clear()
        await self.back.end_call(self.id)
