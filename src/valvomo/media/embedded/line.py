"""One way into a call without a browser: a telephone's, a provider's socket's, a program's. Plain samples both ways."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from valvomo.media.embedded import mixing, opus
from valvomo.media.embedded.codec import FRAME, RATE, SILENCE, Encoder, Resampler
from valvomo.media.embedded.flow import Flow
from valvomo.media.embedded.mixing import Mixer
from valvomo.media.embedded.rtp import SEQUENCES, TIMESTAMPS, Packet
from valvomo.media.embedded.voice import Voice
from valvomo.media.port import Dialled, Heard, Quality

LEAST, MOST = 2, 10
"""Frames that wait before the first is played."""
TOO_MANY, SECOND = 4, 50
"""Frames more than have to wait; after a second with so many one is left out."""
HOARD = 50
"""Frames that wait at most: who gives more than a second ahead is not heard sooner."""
STEP = opus.RATE // 50


@dataclass(slots=True, kw_only=True)
class Line:
    """`seen` is when samples last came, in seconds; `rate` of what comes and goes, in Hz.

    `sources` are whom it hears, `music` whether it hears that, as the matrix says.
    """

    id: str
    call_id: str
    name: str
    rate: int
    began: float
    sources: frozenset[str] = frozenset()
    music: bool = False
    seen: float | None = None
    connected: bool = False
    lost: bool = False
    voice: Voice = field(default_factory=Voice)
    out: Flow[Heard | Dialled] = field(default_factory=Flow)
    _up: int = 0
    _down: int = 0
    _rest: bytes = b""
    _pcm: bytearray = field(default_factory=bytearray)
    _playing: bool = False
    _depth: int = LEAST
    _full: int = 0
    _ticks: int = 0
    _sequence: int = 0
    _ssrc: int = field(default_factory=lambda: secrets.randbits(31) + 1)
    _mixer: Mixer = field(default_factory=Mixer)
    _encoder: Encoder = field(default_factory=Encoder)
    _in: Resampler = field(init=False)
    _back: Resampler = field(init=False)

    def __post_init__(self) -> None:
        self._in, self._back = Resampler(self.rate, RATE), Resampler(RATE, self.rate)

    def feed(self, pcm: bytes, now: float) -> None:
        """Samples have come from it, as many as there are."""
        self.seen = now
        whole = self._rest + pcm
        even = len(whole) & ~1
        self._rest = whole[even:]
        self._pcm += self._in.more(whole[:even])
        if len(self._pcm) > HOARD * FRAME:
            del self._pcm[: len(self._pcm) - HOARD * FRAME]

    def next(self) -> bytes:
        """What it says in the next 20 ms."""
        self._ticks += 1
        waiting = len(self._pcm) // FRAME
        if not self._playing and waiting < self._depth:
            return SILENCE
        self._playing = waiting > 0
        if not waiting:
            self._depth = min(self._depth + 1, MOST)
            return SILENCE
        self._full = self._full + 1 if waiting > self._depth + TOO_MANY else 0
        if self._full >= SECOND:
            self._full, self._depth = 0, max(self._depth - 1, LEAST)
            del self._pcm[:FRAME]
        frame = bytes(self._pcm[:FRAME])
        del self._pcm[:FRAME]
        self._up += 1
        return frame

    def packet(self, frame: bytes) -> Packet:
        """A frame of it as browsers hear it."""
        self._sequence = (self._sequence + 1) % SEQUENCES
        return Packet(
            payload_type=0,
            marker=False,
            sequence=self._sequence,
            timestamp=self._ticks * STEP % TIMESTAMPS,
            ssrc=self._ssrc,
            payload=self._encoder.encode(frame),
            level=mixing.level(frame),
        )

    def say(self, frames: list[bytes], at: float) -> None:
        """Frames that are heard there at the same time; `at` in seconds from the beginning of the call."""
        pcm = self._back.more(self._mixer.mix(frames))
        if pcm:
            self._down += 1
            self.out.put(Heard(self.call_id, self.id, at, pcm))

    def quality(self) -> Quality:
        """How it does."""
        return Quality(up=self._up, down=self._down)

    async def close(self) -> None:
        """Nothing comes from it or goes to it any more."""
        self.out.end()
