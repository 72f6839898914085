"""Opus as it comes from a network, as frames by the clock: for who cannot wait for what is late, and has to mix.

Browsers do this by themselves and better; this is for telephones and transcripts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from valvomo.media.embedded import opus
from valvomo.media.embedded.codec import FRAME, SILENCE, Decoder
from valvomo.media.embedded.rtp import SEQUENCES, Packet

LEAST, MOST = 2, 12
"""Packets that wait before the first is played."""
CONCEALED = 4
"""Frames that are concealed when nothing has come, before there is silence."""
FAR = 25
"""Packets; what is so far ahead of what is played is another beginning."""
TOO_MANY = 4
"""Packets more than have to wait; after a second with so many one is left out: the sender's clock is the faster one."""
SECOND = 50
"""Frames."""
HEAD = bytes(64)
"""What a resampler keeps back of the first packet."""


@dataclass(slots=True)
class Ear:
    """Of one source."""

    _decoder: Decoder = field(default_factory=Decoder)
    _source: int | None = None
    _waiting: dict[int, bytes] = field(default_factory=dict)
    _next: int = 0
    _depth: int = LEAST
    _playing: bool = False
    _stands: bool = False
    _concealed: int = 0
    _full: int = 0
    _smooth: int = 0
    _last: bytes = b""
    _pcm: bytearray = field(default_factory=bytearray)

    def take(self, packet: Packet) -> None:
        """A packet has come."""
        if not opus.samples(packet.payload):
            return
        if packet.ssrc != self._source:
            self._source, self._next, self._playing = packet.ssrc, packet.sequence, False
            self._waiting.clear()
        ahead = (packet.sequence - self._next + SEQUENCES // 2) % SEQUENCES - SEQUENCES // 2
        if -FAR < ahead < 0 and self._playing:
            # From now on what comes so late is waited for: what is heard stands still for a frame.
            self._stands, self._smooth = self._depth < MOST, 0
            self._depth = min(self._depth + 1, MOST)
            return
        if len(self._waiting) > FAR:
            del self._waiting[min(self._waiting)]
        self._waiting[self._next + ahead] = packet.payload

    def next(self) -> bytes:
        """The next 20 ms."""
        if not self._playing:
            if len(self._waiting) < self._depth:
                return SILENCE
            self._playing, self._next = True, min(self._waiting)
            self._pcm += HEAD
        while self._playing and len(self._pcm) < FRAME:
            self._pcm += self._decoded()
        self._adapt()
        frame = bytes(self._pcm[:FRAME])
        del self._pcm[:FRAME]
        return frame.ljust(FRAME, b"\0")

    def _decoded(self) -> bytes:
        packet = None if self._stands else self._waiting.pop(self._next, None)
        if packet is not None:
            self._last, self._concealed = packet, 0
            self._next += 1
            return self._decoder.decode(packet)
        if self._stands:
            self._stands = False
        elif self._waiting:
            first = min(self._waiting)
            self._next = first if first - self._next > FAR else self._next + 1
        elif self._concealed >= CONCEALED:
            self._playing, self._depth, self._smooth = False, min(self._depth + 1, MOST), 0
            return b""
        self._concealed += 1
        return self._decoder.decode(opus.missing(self._last)) if self._last else SILENCE

    def _adapt(self) -> None:
        """Wait for less while all goes well, and leave something out where more and more waits."""
        self._smooth += 1
        if self._smooth >= 10 * SECOND:
            self._depth, self._smooth = max(self._depth - 1, LEAST), 0
        self._full = self._full + 1 if len(self._waiting) > self._depth + TOO_MANY else 0
        if self._full >= SECOND:
            self._full = 0
            self._waiting.pop(self._next, None)
            self._next += 1
