"""What is told about packets with RTCP (RFC 3550 §6): how much has come, and how it came."""

from __future__ import annotations

from dataclasses import dataclass

from aiortc.rtp import (
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
)

from valvomo.media.embedded.rtp import SEQUENCES, TIMESTAMPS, Packet, Stream

SDES_CNAME = 1
NTP_BEGAN = 2_208_988_800
"""Seconds from the beginning of NTP's time to that of the epoch."""


@dataclass(slots=True, kw_only=True)
class Reception:
    """What came of one source (RFC 3550 §6.4.1 and appendix A): lost packets, and how unevenly the others came.

    `clock` counts timestamps in a second; `jitter` is in its units.
    """

    ssrc: int
    clock: int
    received: int = 0
    jitter: float = 0.0
    _first: int = -1
    _highest: int = -1
    _transit: float | None = None
    _before: tuple[int, int] = (0, 0)
    _heard: tuple[int, float] | None = None

    def take(self, packet: Packet, now: float) -> None:
        """A packet has come, `now` in seconds."""
        self.received += 1
        if self._first < 0:
            self._first = self._highest = packet.sequence
        else:
            ahead = (packet.sequence - self._highest) % SEQUENCES
            if ahead < SEQUENCES // 2:
                self._highest += ahead
        transit = now * self.clock - packet.timestamp
        if self._transit is not None:
            uneven = abs(transit - self._transit)
            self.jitter += (min(uneven, abs(TIMESTAMPS - uneven)) - self.jitter) / 16
        self._transit = transit

    def heard(self, report: RtcpSenderInfo, now: float) -> None:
        """The source has sent its own report."""
        self._heard = ((report.ntp_timestamp >> 16) & 0xFFFFFFFF, now)

    def report(self, now: float) -> tuple[RtcpReceiverInfo, float]:
        """The block for the sender, and the share that was lost since the last one, from 0 to 1."""
        expected = self._highest - self._first + 1
        lost = max(0, expected - self.received)
        of, got = expected - self._before[0], self.received - self._before[1]
        self._before = (expected, self.received)
        share = max(0.0, (of - got) / of) if of > 0 else 0.0
        lsr, dlsr = (self._heard[0], int((now - self._heard[1]) * 65536)) if self._heard else (0, 0)
        block = RtcpReceiverInfo(
            ssrc=self.ssrc,
            fraction_lost=min(255, int(share * 256)),
            packets_lost=min(lost, 0x7FFFFF),
            highest_sequence=self._highest & 0xFFFFFFFF,
            jitter=int(self.jitter),
            lsr=lsr,
            dlsr=dlsr & 0xFFFFFFFF,
        )
        return block, share


def sender_report(stream: Stream, now: float, epoch: float, cname: str) -> bytes:
    """What a receiver is told of a stream that goes to them. `now` by the stream's clock, `epoch` the time of day."""
    timestamp, at = stream.last or (0, now)
    info = RtcpSenderInfo(
        ntp_timestamp=ntp(epoch),
        rtp_timestamp=(timestamp + round((now - at) * stream.clock)) & 0xFFFFFFFF,
        packet_count=stream.packets & 0xFFFFFFFF,
        octet_count=stream.octets & 0xFFFFFFFF,
    )
    return bytes(RtcpSrPacket(ssrc=stream.ssrc, sender_info=info)) + _named(stream.ssrc, cname)


def receiver_report(ssrc: int, blocks: list[RtcpReceiverInfo], cname: str) -> bytes:
    """What a sender is told of what has come from them."""
    return bytes(RtcpRrPacket(ssrc=ssrc, reports=blocks)) + _named(ssrc, cname)


def round_trip(block: RtcpReceiverInfo, epoch: float) -> float | None:
    """Seconds to a receiver and back, by their answer to our report; None where they have not had any."""
    if not block.lsr:
        return None
    passed = ((ntp(epoch) >> 16) - block.lsr - block.dlsr) & 0xFFFFFFFF
    return passed / 65536 if passed < 60 * 65536 else None


def ntp(epoch: float) -> int:
    """Seconds since the epoch in NTP's form, with 32 bits of fraction."""
    return int((epoch + NTP_BEGAN) * (1 << 32))


def _named(ssrc: int, cname: str) -> bytes:
    chunk = RtcpSourceInfo(ssrc=ssrc, items=[(SDES_CNAME, cname.encode())])
    return bytes(RtcpSdesPacket(chunks=[chunk]))
