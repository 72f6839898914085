"""Packets of RTP (RFC 3550) as far as who forwards them reads them, and streams put together of several sources."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

VERSION_2, MARKED = 0x80, 0x80
_FIXED = struct.Struct("!BBHII")
_EXTENDED = struct.Struct("!HH")
ONE_BYTE_EXTENSIONS = 0xBEDE
SEQUENCES, TIMESTAMPS = 1 << 16, 1 << 32
LEAST = _FIXED.size
"""Bytes of the shortest packet."""
RTCP_TYPES = range(192, 224)


class Packet(NamedTuple):
    """What is read of a packet. `level` is how loud it is in -dBov (RFC 6464; 0 the loudest), None where unsaid."""

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    level: int | None = None


def head(data: bytes) -> tuple[int, int, int]:
    """Payload type, sequence number and source: what of `LEAST` bytes or more is read without a key (RFC 3711 §3.1)."""
    _, second, sequence, _, ssrc = _FIXED.unpack_from(data)
    return second & 0x7F, sequence, ssrc


def is_rtcp(data: bytes) -> bool:
    """Whether this is control (RFC 5761 §4)."""
    return len(data) > 1 and data[1] in RTCP_TYPES


def read(data: bytes, level_id: int = 0) -> Packet | None:
    """A packet, None for what is none. `level_id` is the number of the header extension for the level, 0 for none."""
    if len(data) < _FIXED.size or data[0] & 0xC0 != VERSION_2:
        return None
    first, second, sequence, timestamp, ssrc = _FIXED.unpack_from(data)
    start, end, level = _FIXED.size + 4 * (first & 0x0F), len(data), None
    if first & 0x10:
        if len(data) < start + _EXTENDED.size:
            return None
        profile, words = _EXTENDED.unpack_from(data, start)
        start += _EXTENDED.size
        if level_id and profile == ONE_BYTE_EXTENSIONS:
            level = _level(data[start : start + 4 * words], level_id)
        start += 4 * words
    if first & 0x20:
        end -= data[-1]
    if start > end:
        return None
    return Packet(second & 0x7F, bool(second & MARKED), sequence, timestamp, ssrc, data[start:end], level)


def _level(extensions: bytes, wanted: int) -> int | None:
    """Of extensions with one byte before each (RFC 8285 §4.2)."""
    at = 0
    while at < len(extensions):
        number, length = extensions[at] >> 4, (extensions[at] & 0x0F) + 1
        if extensions[at] == 0:
            at += 1
            continue
        if number == wanted and at + 1 < len(extensions):
            return extensions[at + 1] & 0x7F
        at += 1 + length
    return None


def write(packet: Packet) -> bytes:
    """A packet without extensions."""
    second = packet.payload_type | (MARKED if packet.marker else 0)
    return _FIXED.pack(VERSION_2, second, packet.sequence, packet.timestamp, packet.ssrc) + packet.payload


@dataclass(slots=True, kw_only=True)
class Stream:
    """What one receiver gets in one slot: one stream without a seam, whatever sources it is put together of.

    `clock` counts timestamps in a second, `source` is whose packet was the last. `packets`, `octets` and `last` (the
    timestamp, and when it was sent by the sender's clock in seconds) are for its reports.
    """

    ssrc: int
    payload_type: int
    clock: int
    packets: int = 0
    octets: int = 0
    last: tuple[int, float] | None = None
    source: object = None
    _sequence: int = 0
    _by_sequence: int = 0
    _by_timestamp: int = 0

    def put(self, source: object, packet: Packet, now: float) -> bytes:
        """The packet of a source as this stream's next one; `now` in seconds."""
        switched = source != self.source
        if switched:
            self._join(packet, now)
            self.source = source
        sequence = (packet.sequence + self._by_sequence) % SEQUENCES
        timestamp = (packet.timestamp + self._by_timestamp) % TIMESTAMPS
        if switched or (sequence - self._sequence) % SEQUENCES < SEQUENCES // 2:
            self._sequence, self.last = sequence, (timestamp, now)
        self.packets += 1
        self.octets += len(packet.payload)
        return write(
            packet._replace(
                payload_type=self.payload_type,
                marker=packet.marker or switched,
                sequence=sequence,
                timestamp=timestamp,
                ssrc=self.ssrc,
            )
        )

    def _join(self, packet: Packet, now: float) -> None:
        """The first packet of another source follows the last one of the former, by as much as time has passed."""
        self._by_sequence = (self._sequence + 1 - packet.sequence) % SEQUENCES
        if self.last is None:
            self._by_timestamp = 0
            return
        timestamp, at = self.last
        passed = max(1, round((now - at) * self.clock))
        self._by_timestamp = (timestamp + passed - packet.timestamp) % TIMESTAMPS
