"""Packets of Opus (RFC 6716) as far as who does not decode them reads them, and packets that stand for nothing."""

from __future__ import annotations

RATE = 48_000
"""Of timestamps and granule positions, whatever a packet was encoded with (RFC 7587 §4.1)."""
LONGEST = 5760
"""Samples in a packet: 120 ms."""
_SILK, _HYBRID, _CELT = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)
_QUIET = b"\xff\xfe"
"""A frame of CELT with nothing in it."""
_FULL_BAND = 28
"""The first of the configurations with all frequencies: 2.5 ms, then 5, 10 and 20."""


def frame_samples(packet: bytes) -> int:
    """Samples in each frame of a packet that is not empty (RFC 6716 §3.1)."""
    configuration = packet[0] >> 3
    if configuration < 12:  # noqa: PLR2004 - the table of configurations
        return _SILK[configuration & 3]
    return _HYBRID[configuration & 1] if configuration < 16 else _CELT[configuration & 3]  # noqa: PLR2004


def samples(packet: bytes) -> int:
    """How long a packet is, in samples; 0 for what is no packet (RFC 6716 §3.2)."""
    if not packet:
        return 0
    code = packet[0] & 3
    frames = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 0)[code]
    length = frames * frame_samples(packet)
    return length if length <= LONGEST else 0


def missing(like: bytes) -> bytes:
    """A frame that was lost: decoders conceal it as one of the kind of the packet before (RFC 7845 §4.1)."""
    return bytes([like[0] & 0xFC])


def silence(length: int) -> list[bytes]:
    """Packets of silence, together so many samples long, and shorter by less than 2.5 ms."""
    packets: list[bytes] = []
    while length >= _CELT[0]:
        step, size = next((n, size) for n, size in reversed([*enumerate(_CELT)]) if size <= length)
        frames = min(length // size, LONGEST // size)
        packets.append(bytes([(_FULL_BAND + step) << 3 | 3, frames]) + _QUIET * frames)
        length -= frames * size
    return packets
