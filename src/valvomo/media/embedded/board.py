"""The switchboard: calls, their legs, and the way of each packet from who sends it to who is to hear it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from valvomo.domain.calls.hearing import Hears, Matrix
from valvomo.media.embedded import control, rtp
from valvomo.media.embedded.ears import Ear
from valvomo.media.embedded.flow import Flow
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.line import Line
from valvomo.media.embedded.recorder import Recording
from valvomo.media.embedded.sounds import Playing
from valvomo.media.port import Connected, Happening, Heard, Kind, Lost, Pressed, Speaking

MUSIC, PROMPT = "*music*", "*prompt*"
"""The sources of those who hear nobody else, and of those to whom something is played."""
LOST_SECONDS = 7.0
"""Browsers make a check every few seconds; after so long without anything they are gone (RFC 7675 §5.1)."""
TURNS = 100
"""Beats between two reports to a browser: two seconds."""
COMES_WITHIN = 25.0
"""Seconds for the first check and the handshake."""


@dataclass(slots=True)
class Tap:
    """Who listens to what one leg says, as plain samples."""

    leg_id: str
    flow: Flow[Heard] = field(default_factory=Flow)


@dataclass(slots=True)
class Call:
    """Its legs, by source those who hear it and those who see it, and whose sound may be kept.

    `began` by the engine's clock in seconds. `ears` are for the legs of browsers that somebody hears as plain samples.
    """

    began: float
    legs: dict[str, Leg | Line] = field(default_factory=dict)
    matrix: Matrix = field(default_factory=dict)
    kept: AbstractSet[str] = frozenset()
    hearers: dict[str, tuple[Leg, ...]] = field(default_factory=dict)
    seers: dict[str, tuple[Leg, ...]] = field(default_factory=dict)
    lines: tuple[Line, ...] = ()
    ears: dict[str, Ear] = field(default_factory=dict)
    taps: list[Tap] = field(default_factory=list)
    playing: dict[str, Playing] = field(default_factory=dict)
    recordings: dict[str, Recording] = field(default_factory=dict)

    @property
    def busy(self) -> bool:
        """Whether there is something to be done with each beat of the clock."""
        return bool(self.lines or self.ears or self.playing)

    def hears(self, source: str) -> bool:
        """Whether any browser or recording takes what a leg says."""
        return bool(self.hearers.get(source)) or (source in self.kept and bool(self.recordings))

    def takes(self, source: str) -> bool:
        """Whether anybody at all has any use for what a leg says, or shows."""
        return self.hears(source) or source in self.ears or source in self.seers

    def route(self) -> None:
        """Give everybody what the matrix says; what is played to somebody takes the place of music."""
        hearers: dict[str, list[Leg]] = {}
        seers: dict[str, list[Leg]] = {}
        self.lines = tuple(one for one in self.legs.values() if isinstance(one, Line))
        for leg in self.legs.values():
            hears = self.matrix.get(leg.id, Hears())
            wanted, seen = hears.sources & self.legs.keys(), hears.seen & self.legs.keys()
            music = hears.music and leg.id not in self.playing
            if isinstance(leg, Line):
                leg.sources, leg.music = wanted, music
                continue
            extra = {MUSIC} if music else {PROMPT} if leg.id in self.playing else set()
            leg.listen(wanted | extra, seen)
            for source in wanted | extra:
                hearers.setdefault(source, []).append(leg)
            for source in seen if Kind.VIDEO in leg.slots else ():
                seers.setdefault(source, []).append(leg)
        self.hearers = {source: tuple(legs) for source, legs in hearers.items()}
        self.seers = {source: tuple(legs) for source, legs in seers.items()}
        plain = {one.leg_id for one in self.taps} & self.kept
        plain = plain.union(*(line.sources for line in self.lines))
        browsers = {one for one in plain if isinstance(self.legs.get(one), Leg)}
        self.ears = {one: self.ears.get(one) or Ear() for one in browsers}


class Switchboard:
    """All of one process. `clock` gives seconds that only grow, `epoch` the time of day; `tell` takes what happens."""

    def __init__(
        self, clock: Callable[[], float], epoch: Callable[[], float], tell: Callable[[Happening], None]
    ) -> None:
        self.clock = clock
        self._epoch = epoch
        self.tell = tell
        self.calls: dict[str, Call] = {}

    def legs(self) -> Iterable[Leg | Line]:
        """Everybody."""
        return [leg for call in self.calls.values() for leg in call.legs.values()]

    def find(self, call_id: str, leg_id: str) -> Leg | Line | None:
        """A leg, None where it is gone."""
        call = self.calls.get(call_id)
        return call.legs.get(leg_id) if call else None

    def recording(self, call_id: str, recording_id: str) -> list[Recording]:
        """A recording of a call, none where it is gone."""
        call = self.calls.get(call_id)
        return [one for name, one in call.recordings.items() if name == recording_id] if call else []

    def open(self, call_id: str) -> None:
        """A call without anybody, unless it is there."""
        self.calls.setdefault(call_id, Call(self.clock()))

    def put(self, leg: Leg | Line) -> None:
        """The leg is in its call, and hears what the call's matrix says of it."""
        call = self.calls[leg.call_id]
        call.legs[leg.id] = leg
        call.route()

    def take_out(self, call_id: str, leg_id: str) -> Leg | Line | None:
        """The leg is in no call any more."""
        call = self.calls.get(call_id)
        leg = call.legs.pop(leg_id, None) if call else None
        if call and leg:
            call.matrix = {one: hears for one, hears in call.matrix.items() if one != leg_id}
            call.kept = call.kept - {leg_id}
            call.playing.pop(leg_id, None)
            call.route()
        return leg

    def route(self, call_id: str, matrix: Matrix, kept: AbstractSet[str]) -> None:
        """Who hears whom from now on, and whose sound may be kept."""
        call = self.calls.get(call_id)
        if call is not None:
            call.matrix, call.kept = matrix, kept
            call.route()

    def listening(self) -> list[Leg]:
        """Those who hear music now."""
        return [leg for call in self.calls.values() for leg in call.hearers.get(MUSIC, ())]

    def came(self, leg: Leg, datagram: bytes) -> None:
        """A sealed packet has come from a leg."""
        call = self.calls.get(leg.call_id)
        if (call is None or not call.takes(leg.id)) and leg.pass_over(datagram):
            return
        opened = leg.secured.open(datagram)
        if opened is None:
            return
        now = leg.seen = self.clock()
        if rtp.is_rtcp(opened):
            for source in control.wanted(leg, opened, now, self._epoch()):
                seen = self.find(leg.call_id, source)
                if isinstance(seen, Leg):
                    control.ask_for_picture(seen, now)
            return
        packet = rtp.read(opened, leg.level_id(opened[1] & 0x7F))
        up = leg.take(packet, now) if packet else None
        if packet is None or up is None:
            return
        if leg.is_of_keys(packet.payload_type):
            self._pressed(leg, packet)
            return
        if self.forward(leg, up.kind, packet, now) and up.kind is Kind.VIDEO:
            control.ask_for_picture(leg, now)

    def _pressed(self, leg: Leg, packet: rtp.Packet) -> None:
        key = leg.keypad.take(packet)
        if key is not None:
            self.tell(Pressed(leg.call_id, leg.id, key))

    def forward(self, leg: Leg | Line, kind: Kind, packet: rtp.Packet, now: float) -> bool:
        """A packet of somebody to all who are to have it; whether it is the first one for any of them."""
        if kind is Kind.AUDIO and leg.voice.take(packet.level, now):
            self.tell(Speaking(leg.call_id, leg.id, leg.voice.speaking))
        call = self.calls.get(leg.call_id)
        if call is None:
            return False
        takers = call.hearers if kind is Kind.AUDIO else call.seers
        began = [one.hear(leg.id, kind, packet, now) for one in takers.get(leg.id, ())]
        if kind is Kind.AUDIO:
            ear = call.ears.get(leg.id)
            if ear is not None:
                ear.take(packet)
            if leg.id in call.kept:
                for recording in call.recordings.values():
                    recording.take(leg.id, leg.name, packet, now)
        return any(began)

    def look(self) -> None:
        """Once a second or so: who is gone, and who is back."""
        now = self.clock()
        for leg in self.legs():
            quiet = now - (leg.seen if leg.seen is not None else leg.began)
            limit = LOST_SECONDS if leg.connected else COMES_WITHIN
            if quiet > limit and not leg.lost:
                leg.lost = True
                self.tell(Lost(leg.call_id, leg.id))
            elif leg.lost and leg.connected and quiet <= limit:
                leg.lost = False
                self.tell(Connected(leg.call_id, leg.id))

    def report(self, turn: int) -> None:
        """With each beat: reports to those browsers whose turn it is, so that nobody waits for all of them."""
        now, epoch = self.clock(), self._epoch()
        for leg in self.legs():
            if isinstance(leg, Leg) and leg.own % TURNS == turn % TURNS:
                leg.report(now, epoch)
