"""An engine of calls without media: it keeps the port's promises, and what it was told can be looked at."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from valvomo.domain.calls.hearing import Hears, Matrix
from valvomo.media.port import (
    Agreed,
    Dialled,
    GoneError,
    Happening,
    Heard,
    Kind,
    OfferError,
    PcmLeg,
    Played,
    Quality,
    SoundError,
    WebLeg,
)


@dataclass
class SampleCall:
    """Who is in it, what is taken from them, who hears whom."""

    legs: dict[str, frozenset[Kind]] = field(default_factory=dict)
    matrix: dict[str, Hears] = field(default_factory=dict)
    kept: frozenset[str] = frozenset()
    recordings: list[str] = field(default_factory=list)
    taps: dict[str, asyncio.Queue[Heard | None]] = field(default_factory=dict)
    playing: dict[str, bytes] = field(default_factory=dict)
    clock: float = 0.0
    ago: float = 0.0

    def heard_by(self, leg_id: str) -> set[str]:
        """Whose sound arrives there: of those who are in it and from whom any is taken."""
        sources = self.matrix[leg_id].sources if leg_id in self.legs and leg_id in self.matrix else ()
        return {one for one in sources if Kind.AUDIO in self.legs.get(one, frozenset())}

    def music(self, leg_id: str) -> bool:
        """Whether music arrives there."""
        return leg_id in self.legs and leg_id in self.matrix and self.matrix[leg_id].music


class SampleEngine:
    """See `Engine`. As much of it as browsers need; an offer that begins with `bad` cannot be answered.

    Sound in `unplayable` cannot be played, and `played` is what was, by leg; it ends with `over`.
    `offers`: it offers for its part, and `agreed` are the answers to that by leg. In `broken` calls everything fails by
    a bug. Browsers wait for `stuck`, and all that is asked of a call for what is in `late` of it; `waiting` of them do.
    """

    def __init__(self) -> None:
        self.open: dict[str, SampleCall] = {}
        self.ended: list[str] = []
        self.fed: dict[tuple[str, str], bytes] = {}
        self.news: asyncio.Queue[Happening] = asyncio.Queue()
        self.away = False
        self.well = Quality(up=1, lost_up=0.0, lost_down=0.05, round_trip=0.1)
        """How everybody's way does."""
        self.offers = False
        self.broken: set[str] = set()
        self.stuck: asyncio.Event | None = None
        self.late: dict[str, asyncio.Event] = {}
        self.waiting = 0
        self.agreed: dict[str, str] = {}
        self.unplayable = False
        self.played: list[tuple[str, bytes]] = []

    async def open_call(self, call_id: str, *, beside: str = "") -> None:  # noqa: ARG002 - all are in one place
        """See `Engine`."""
        self.there()
        self.open.setdefault(call_id, SampleCall())

    async def end_call(self, call_id: str) -> None:
        """See `Engine`."""
        self.there()
        await self._done(call_id)
        call = self.open.pop(call_id, None)
        if call is not None:
            self.ended.append(call_id)
            for tap in call.taps.values():
                tap.put_nowait(None)

    async def calls(self) -> frozenset[str]:
        """See `Engine`."""
        return frozenset(self.open)

    async def add_web_leg(self, leg: WebLeg) -> Agreed:
        """See `Engine`."""
        self.there()
        if leg.call_id not in self.open:
            raise GoneError(leg.call_id)
        if leg.offer.startswith("bad"):
            raise OfferError("it offers nothing")
        if self.stuck is not None:
            await self._wait(self.stuck)
        self.open[leg.call_id].legs[leg.leg_id] = leg.sends
        return Agreed(answer=f"answer to {leg.offer}", offer=f"to {leg.leg_id}" if self.offers else "")

    async def take_answer(self, call_id: str, leg_id: str, answer: str) -> None:  # noqa: ARG002
        """See `Engine`."""
        self.there()
        if answer.startswith("bad"):
            raise OfferError("it takes nothing")
        self.agreed[leg_id] = answer

    async def add_pcm_leg(self, leg: PcmLeg) -> None:
        """See `Engine`."""
        self.there()
        if leg.call_id not in self.open:
            raise GoneError(leg.call_id)
        await self._done(leg.call_id)
        self.open[leg.call_id].legs[leg.leg_id] = frozenset({Kind.AUDIO})

    async def feed(self, call_id: str, leg_id: str, pcm: bytes) -> None:
        """See `Engine`."""
        self.fed[call_id, leg_id] = self.fed.get((call_id, leg_id), b"") + pcm

    async def sound(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard | Dialled, None]:
        """See `Engine`: as long as the leg is there, a piece that names it."""
        yield Heard(call_id=call_id, leg_id=leg_id, at=0.0, pcm=f"to {leg_id}".encode())
        while call_id in self.open and leg_id in self.open[call_id].legs:  # noqa: ASYNC110 - it is looked at by hand
            await asyncio.sleep(0.01)

    async def remove_leg(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        if call_id in self.open:
            self.open[call_id].legs.pop(leg_id, None)
            self.open[call_id].playing.pop(leg_id, None)

    async def move_leg(self, call_id: str, leg_id: str, to_call_id: str) -> None:
        """See `Engine`."""
        raise NotImplementedError

    async def set_routes(self, call_id: str, matrix: Matrix, *, kept: AbstractSet[str] = frozenset()) -> None:
        """See `Engine`."""
        if call_id in self.broken:
            raise RuntimeError(call_id)
        await self._done(call_id)
        if call_id in self.open:
            self.open[call_id].matrix, self.open[call_id].kept = dict(matrix), frozenset(kept)

    async def start_recording(
        self,
        call_id: str,
        recording_id: str,
        folder: str,  # noqa: ARG002
        *,
        ago: float = 0.0,
    ) -> None:
        """See `Engine`."""
        self.open[call_id].recordings.append(recording_id)
        self.open[call_id].ago = ago

    async def tap(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard, None]:
        """See `Engine`; what is said comes by `say`."""
        tap = self.open[call_id].taps[leg_id] = asyncio.Queue()
        while (one := await tap.get()) is not None:
            yield one

    def say(self, call_id: str, leg_id: str, pcm: bytes) -> bool:
        """Somebody says this, of which nothing comes to whoever taps unless it may be kept; whether it does."""
        call = self.open[call_id]
        began, call.clock = call.clock, call.clock + len(pcm) / 32_000
        if leg_id not in call.kept or leg_id not in call.taps:
            return False
        for begin in range(0, len(pcm), 640):
            frame = Heard(call_id, leg_id, began + begin / 32_000, pcm[begin : begin + 640])
            call.taps[leg_id].put_nowait(frame)
        return True

    async def play(self, call_id: str, leg_id: str, sound: bytes, *, loop: bool = False) -> None:
        """See `Engine`."""
        assert not loop
        self.there()
        if self.unplayable:
            raise SoundError("neither WAV nor Ogg")
        if call_id in self.open and leg_id in self.open[call_id].legs:
            self.open[call_id].playing[leg_id] = sound
            self.played.append((leg_id, sound))

    async def stop_play(self, call_id: str, leg_id: str) -> None:
        """See `Engine`."""
        if call_id in self.open:
            self.open[call_id].playing.pop(leg_id, None)

    def over(self, call_id: str, leg_id: str) -> None:
        """What is played to the leg comes to its end."""
        del self.open[call_id].playing[leg_id]
        self.news.put_nowait(Played(call_id, leg_id))

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """See `Engine`."""
        await self._done(call_id)
        legs = self.open[call_id].legs if call_id in self.open else {}
        return dict.fromkeys(legs, self.well)

    async def happenings(self) -> AsyncIterator[Happening]:
        """See `Engine`."""
        while True:
            yield await self.news.get()

    async def _done(self, call_id: str) -> None:
        if call_id in self.late:
            await self._wait(self.late[call_id])

    async def _wait(self, event: asyncio.Event) -> None:
        self.waiting += 1
        await event.wait()
        self.waiting -= 1

    def there(self) -> None:
        """Raises `ConnectionError` while it is away."""
        if self.away:
            raise ConnectionResetError("away")
