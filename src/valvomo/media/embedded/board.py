"""The switchboard: calls, their legs, and the way of each packet from who sends it to who is to hear it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

from aiortc.rtp import (
    RTCP_PSFB_FIR,
    RTCP_PSFB_PLI,
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpRrPacket,
    RtcpRtpfbPacket,
    RtcpSrPacket,
)

from valvomo.domain.calls.hearing import Matrix
from valvomo.media.embedded import rtp
from valvomo.media.embedded.leg import Leg
from valvomo.media.embedded.recorder import Recording
from valvomo.media.port import Connected, Happening, Kind, Lost, Speaking

MUSIC = "*music*"
"""The source of those who hear nobody else."""
LOST_SECONDS = 7.0
"""Browsers make a check every few seconds; after so long without anything they are gone (RFC 7675 §5.1)."""
COMES_WITHIN = 25.0
"""Seconds for the first check and the handshake."""
PICTURE_EVERY = 0.5
"""Seconds between two requests for a whole picture."""


@dataclass(slots=True)
class Call:
    """Its legs, by source those who hear it, and whose sound may be kept."""

    legs: dict[str, Leg] = field(default_factory=dict)
    matrix: Matrix = field(default_factory=dict)
    kept: AbstractSet[str] = frozenset()
    recordings: dict[str, Recording] = field(default_factory=dict)
    hearers: dict[str, tuple[Leg, ...]] = field(default_factory=dict)


class Switchboard:
    """All of one process. `clock` gives seconds that only grow, `epoch` the time of day; `tell` takes what happens."""

    def __init__(
        self, clock: Callable[[], float], epoch: Callable[[], float], tell: Callable[[Happening], None]
    ) -> None:
        self._clock = clock
        self._epoch = epoch
        self._tell = tell
        self.calls: dict[str, Call] = {}

    def legs(self) -> Iterable[Leg]:
        """Everybody."""
        return [leg for call in self.calls.values() for leg in call.legs.values()]

    def find(self, call_id: str, leg_id: str) -> Leg | None:
        """A leg, None where it is gone."""
        call = self.calls.get(call_id)
        return call.legs.get(leg_id) if call else None

    def recording(self, call_id: str, recording_id: str) -> list[Recording]:
        """A recording of a call, none where it is gone."""
        call = self.calls.get(call_id)
        return [one for name, one in call.recordings.items() if name == recording_id] if call else []

    def open(self, call_id: str) -> None:
        """A call without anybody, unless it is there."""
        self.calls.setdefault(call_id, Call())

    def put(self, leg: Leg) -> None:
        """The leg is in its call, and hears what the call's matrix says of it."""
        call = self.calls[leg.call_id]
        call.legs[leg.id] = leg
        self.route(leg.call_id, call.matrix, call.kept)

    def take_out(self, call_id: str, leg_id: str) -> Leg | None:
        """The leg is in no call any more."""
        call = self.calls.get(call_id)
        leg = call.legs.pop(leg_id, None) if call else None
        if call and leg:
            call.matrix = {one: hears for one, hears in call.matrix.items() if one != leg_id}
            self.route(call_id, call.matrix, call.kept - {leg_id})
        return leg

    def route(self, call_id: str, matrix: Matrix, kept: AbstractSet[str]) -> None:
        """Who hears whom from now on, and whose sound may be kept."""
        call = self.calls.get(call_id)
        if call is None:
            return
        call.matrix, call.kept = matrix, kept
        hearers: dict[str, list[Leg]] = {}
        for leg in call.legs.values():
            hears = matrix.get(leg.id)
            wanted = hears.sources & call.legs.keys() if hears else frozenset[str]()
            sources = wanted | {MUSIC} if hears and hears.music else wanted
            for kind, slots in leg.slots.items():
                slots.assign(sources if kind is Kind.AUDIO else wanted)
            for source in sources:
                hearers.setdefault(source, []).append(leg)
        call.hearers = {source: tuple(legs) for source, legs in hearers.items()}

    def listening(self) -> list[Leg]:
        """Those who hear music now."""
        return [leg for call in self.calls.values() for leg in call.hearers.get(MUSIC, ())]

    def came(self, leg: Leg, datagram: bytes) -> None:
        """A sealed packet has come from a leg."""
        opened = leg.secured.open(datagram)
        if opened is None:
            return
        now = leg.seen = self._clock()
        if rtp.is_rtcp(opened):
            self._controlled(leg, opened, now)
            return
        packet = rtp.read(opened, leg.level_id(opened[1] & 0x7F))
        up = leg.take(packet, now) if packet else None
        if packet is None or up is None:
            return
        if up.kind is Kind.AUDIO and leg.voice.take(packet.level, now):
            self._tell(Speaking(leg.call_id, leg.id, leg.voice.speaking))
        self._forward(leg, up.kind, packet, now)

    def _forward(self, leg: Leg, kind: Kind, packet: rtp.Packet, now: float) -> None:
        call = self.calls.get(leg.call_id)
        if call is None:
            return
        began = [hearer.hear(leg.id, kind, packet, now) for hearer in call.hearers.get(leg.id, ())]
        if kind is Kind.VIDEO and any(began):
            self._ask_for_picture(leg, now)
        if kind is Kind.AUDIO and leg.id in call.kept:
            for recording in call.recordings.values():
                recording.take(leg.id, leg.name, packet, now)

    def _controlled(self, leg: Leg, data: bytes, now: float) -> None:
        try:
            packets = RtcpPacket.parse(data)
        except ValueError:
            return
        for packet in packets:
            if isinstance(packet, RtcpSrPacket) and packet.ssrc in leg.ups:
                leg.ups[packet.ssrc].reception.heard(packet.sender_info, now)
            if isinstance(packet, RtcpSrPacket | RtcpRrPacket):
                leg.reported(packet.reports, self._epoch())
            self._wished(leg, packet, now)

    def _wished(self, leg: Leg, packet: AnyRtcpPacket, now: float) -> None:
        if isinstance(packet, RtcpRtpfbPacket):
            leg.resend(packet.media_ssrc, packet.lost)
        elif isinstance(packet, RtcpPsfbPacket) and packet.fmt in {RTCP_PSFB_PLI, RTCP_PSFB_FIR}:
            wanted = packet.media_ssrc or int.from_bytes(packet.fci[:4])
            slot = leg.slot_of(wanted)
            source = self.find(leg.call_id, slot.source) if slot and slot.source else None
            if source is not None:
                self._ask_for_picture(source, now)

    def _ask_for_picture(self, leg: Leg, now: float) -> None:
        for ssrc, up in leg.ups.items():
            if up.kind is Kind.VIDEO and now - up.asked >= PICTURE_EVERY:
                up.asked = now
                leg.secured.give(bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_PLI, ssrc=leg.own, media_ssrc=ssrc)))

    def look(self) -> None:
        """Once a second or so: who is gone, and who is back."""
        now = self._clock()
        for leg in self.legs():
            quiet = now - (leg.seen if leg.seen is not None else leg.began)
            limit = LOST_SECONDS if leg.connected else COMES_WITHIN
            if quiet > limit and not leg.lost:
                leg.lost = True
                self._tell(Lost(leg.call_id, leg.id))
            elif leg.lost and leg.connected and quiet <= limit:
                leg.lost = False
                self._tell(Connected(leg.call_id, leg.id))

    def report(self) -> None:
        """Every few seconds: reports to all browsers."""
        now, epoch = self._clock(), self._epoch()
        for leg in self.legs():
            leg.report(now, epoch)
