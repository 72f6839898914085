"""One browser's way into a call: what comes from it, what goes to it, and how both do."""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field

from aiortc.rtp import RTCP_PSFB_APP, RtcpPsfbPacket, RtcpReceiverInfo, pack_remb_fci

from valvomo.media.embedded import reports, rtp, sdp
from valvomo.media.embedded.ice import Address, Credentials
from valvomo.media.embedded.keypad import Keypad
from valvomo.media.embedded.rtp import Packet, Stream
from valvomo.media.embedded.secure import Secured
from valvomo.media.embedded.slots import Slot, Slots
from valvomo.media.embedded.voice import Voice
from valvomo.media.port import Kind, Quality

HISTORY = 256
"""Packets of a picture that are kept for whoever has missed some: about a second."""
CNAME = "house"
OPENED = 16
"""Of so many packets that nobody hears one is opened."""
PICTURE_BITS = 1_500_000
"""A second, of one picture."""


def _ssrc() -> int:
    return secrets.randbits(31) + 1


@dataclass(slots=True)
class Up:
    """What comes of one kind: how, from which SSRC, and when a whole picture was last asked for."""

    reception: reports.Reception
    kind: Kind
    asked: float = 0.0


@dataclass(slots=True, kw_only=True)
class Leg:
    """`seen` is when anything last came from the browser that only it can have sent, in seconds; None before.

    `lost`: that was too long ago, and has been told. `round_trip` in seconds and `lost_down` as a share are by the
    browser's own reports.
    """

    id: str
    call_id: str
    name: str
    sends: frozenset[Kind]
    offer: sdp.Offer
    secured: Secured
    began: float
    credentials: Credentials = field(default_factory=Credentials)
    address: Address | None = None
    slots: dict[Kind, Slots] = field(default_factory=dict)
    streams: dict[str, int] = field(default_factory=dict)
    ups: dict[int, Up] = field(default_factory=dict)
    voice: Voice = field(default_factory=Voice)
    keypad: Keypad = field(default_factory=Keypad)
    seen: float | None = None
    connected: bool = False
    lost: bool = False
    refused: int = 0
    round_trip: float | None = None
    lost_down: float | None = None
    lost_up: float | None = None
    _history: dict[int, deque[tuple[int, bytes]]] = field(default_factory=dict)
    own: int = field(default_factory=_ssrc)
    _agreed: dict[int, sdp.Section] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Whether what was agreed on by a handshake has ended, or never was: by another network it cannot go on."""
        return self.lost and not self.connected

    def agree(self) -> frozenset[str]:
        """Make streams for what the offer takes; the sections in which the browser may send.

        Streams that are there stay as they are: an offer that comes again, from another network, changes only the way.
        Those of sections that it does not have any more are over, or with each other offer there would be more of them.
        """
        self._close({one.mid for one in self.offer.sections})
        up: dict[Kind, str] = {}
        for section in self.offer.sections:
            if not section.forwarded or section.kind is None or section.payload_type is None:
                continue
            if section.down and section.mid not in self.streams:
                self._open(section.mid, section.kind, section.payload_type)
            if section.up and section.kind in self.sends and section.kind not in up:
                up[section.kind] = section.mid
            for number in section.agreed:
                self._agreed.setdefault(number, section)
        return frozenset(up.values())

    def _close(self, there: set[str]) -> None:
        """What goes to sections that are not there any more."""
        self.streams = {mid: ssrc for mid, ssrc in self.streams.items() if mid in there}
        left = set(self.streams.values())
        self._history = {ssrc: kept for ssrc, kept in self._history.items() if ssrc in left}
        for slots in self.slots.values():
            slots.slots = [one for one in slots.slots if one.stream.ssrc in left]

    def _open(self, mid: str, kind: Kind, payload_type: int) -> None:
        stream = Stream(ssrc=_ssrc(), payload_type=payload_type, clock=sdp.CODECS[kind][1])
        self.streams[mid] = stream.ssrc
        self.slots.setdefault(kind, Slots()).slots.append(Slot(stream))

    def take(self, packet: Packet, now: float) -> Up | None:
        """A packet has come; None where it is not one that the leg may send."""
        section = self._agreed.get(packet.payload_type)
        if section is None or section.kind is None or section.kind not in self.sends:
            self.refused += 1
            return None
        up = self.ups.get(packet.ssrc)
        if up is None:
            # A browser has one source of each kind at a time; what it sent before as another one is over.
            self.ups = {ssrc: one for ssrc, one in self.ups.items() if one.kind is not section.kind}
            clock = sdp.CODECS[section.kind][1]
            up = self.ups[packet.ssrc] = Up(reports.Reception(ssrc=packet.ssrc, clock=clock), section.kind)
        up.reception.take(packet, now)
        return up

    def pass_over(self, datagram: bytes) -> bool:
        """Whether a sealed packet need not be opened that nobody is to hear or see; then it only counts.

        Every `OPENED`th is opened all the same, for by their numbers keys are told apart (RFC 3711 §3.3.1); and so are
        keys, and whatever this browser has not sent before or may not send.
        """
        if rtp.is_rtcp(datagram) or len(datagram) < rtp.LEAST:
            return False
        payload_type, sequence, ssrc = rtp.head(datagram)
        up = self.ups.get(ssrc)
        if up is None or sequence % OPENED == 0 or self.is_of_keys(payload_type):
            return False
        up.reception.received += 1
        return True

    def level_id(self, payload_type: int) -> int:
        """Which header extension says how loud packets of this type are."""
        section = self._agreed.get(payload_type)
        return section.level_id if section else 0

    def listen(self, sources: frozenset[str], pictures: frozenset[str]) -> None:
        """From now on these are to be heard and seen here, and nobody else."""
        for kind, slots in self.slots.items():
            slots.assign(sources if kind is Kind.AUDIO else pictures)

    def is_of_keys(self, payload_type: int) -> bool:
        """Whether packets of this type tell of keys."""
        section = self._agreed.get(payload_type)
        return section is not None and payload_type == section.keys_type

    def hear(self, source: str, kind: Kind, packet: Packet, now: float) -> bool:
        """Send on a packet of a source that is to be heard here; whether it is the first of it in its stream."""
        slots = self.slots.get(kind)
        slot = (
            slots.of(source, now, loud=kind is Kind.AUDIO and self.voice.loud(packet.level))
            if slots
            else None
        )
        if slot is None:
            return False
        began = slot.stream.source != source
        sent = slot.stream.put(source, packet, now)
        if kind is Kind.VIDEO:
            kept = self._history.setdefault(slot.stream.ssrc, deque(maxlen=HISTORY))
            kept.append((int.from_bytes(sent[2:4]), sent))
        self.secured.give(sent)
        return began

    def resend(self, ssrc: int, sequences: list[int]) -> None:
        """Send again what the browser has missed of a picture, as far as it is kept."""
        missed = set(sequences)
        for sequence, sent in self._history.get(ssrc, ()):
            if sequence in missed:
                self.secured.give(sent)

    def slot_of(self, ssrc: int) -> Slot | None:
        """The slot of one of our streams to it."""
        every = (slot for slots in self.slots.values() for slot in slots.slots)
        return next((slot for slot in every if slot.stream.ssrc == ssrc), None)

    def report(self, now: float, epoch: float) -> None:
        """Tell the browser how what it sends has come, and what has been sent to it."""
        blocks: list[RtcpReceiverInfo] = []
        for up in self.ups.values():
            block, share = up.reception.report(now)
            blocks.append(block)
            if up.kind is Kind.AUDIO:
                self.lost_up = share
            else:
                self._allow(block.ssrc)
        if blocks:
            self.secured.give(reports.receiver_report(self.own, blocks, CNAME))
        for slots in self.slots.values():
            for slot in slots.slots:
                if slot.stream.packets:
                    self.secured.give(reports.sender_report(slot.stream, now, epoch, CNAME))

    def _allow(self, ssrc: int) -> None:
        """Say how much of a picture may come: a browser that hears nothing of it sends a small one."""
        fci = pack_remb_fci(PICTURE_BITS, [ssrc])
        self.secured.give(bytes(RtcpPsfbPacket(fmt=RTCP_PSFB_APP, ssrc=self.own, media_ssrc=0, fci=fci)))

    def reported(self, blocks: list[RtcpReceiverInfo], epoch: float) -> None:
        """The browser has told how our streams come to it."""
        for block in blocks:
            slot = self.slot_of(block.ssrc)
            if slot is None:
                continue
            self.lost_down = block.fraction_lost / 256
            self.round_trip = reports.round_trip(block, epoch) or self.round_trip

    async def close(self) -> None:
        """Tell the browser that it is over."""
        await self.secured.close()

    def quality(self) -> Quality:
        """How it does."""
        heard = next((one.reception for one in self.ups.values() if one.kind is Kind.AUDIO), None)
        return Quality(
            up=sum(one.reception.received for one in self.ups.values()),
            down=sum(slot.stream.packets for slots in self.slots.values() for slot in slots.slots),
            refused=self.refused,
            lost_up=self.lost_up,
            lost_down=self.lost_down,
            jitter=heard.jitter / heard.clock if heard else None,
            round_trip=self.round_trip,
        )
