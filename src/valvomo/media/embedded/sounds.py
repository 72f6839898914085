"""What is played to somebody: sounds of the house, in Opus for browsers and as plain samples for telephones.

A sound is encoded as far as it has been played, once for all who hear it.
"""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass, field
from functools import lru_cache
from io import BytesIO

import av

from valvomo.media.embedded.codec import FRAME, RATE, Encoder, Resampler, plain
from valvomo.media.port import SoundError, checked_sound

FORMATS = {b"RIFF": "wav", b"OggS": "ogg"}
MOST_SECONDS = 300
WIDE = 48_000
"""What browsers play."""
_WIDE_FRAME = 2 * WIDE // 50


@dataclass(slots=True)
class Sound:
    """One channel of 16 bits at 48 kHz, in frames of 20 ms, of which so many are `together` in a packet."""

    _wide: bytes
    together: int = 1
    _encoder: Encoder = field(init=False)
    _down: Resampler = field(default_factory=lambda: Resampler(WIDE, RATE))
    _packets: list[bytes] = field(default_factory=list)
    _narrow: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        self._encoder = Encoder(WIDE, "audio", frames=self.together)

    def __len__(self) -> int:
        """Frames in it."""
        return math.ceil(len(self._wide) / _WIDE_FRAME)

    def packet(self, number: int) -> bytes:
        """A packet of it for browsers. There are as many as it has frames, and then all begins anew.

        Where several frames are together its end goes over into its beginning.
        """
        while len(self._packets) <= number:
            first = self.together * len(self._packets)
            frames = (self._frame((first + one) % len(self)) for one in range(self.together))
            self._packets.append(self._encoder.encode(b"".join(frames)))
        return self._packets[number]

    def plain(self, number: int) -> bytes:
        """A frame of it for telephones."""
        if not self._narrow:
            self._narrow += self._down.more(self._wide) + bytes(FRAME)
        return bytes(self._narrow[number * FRAME : (number + 1) * FRAME]).ljust(FRAME, b"\0")

    def _frame(self, number: int) -> bytes:
        return self._wide[number * _WIDE_FRAME : (number + 1) * _WIDE_FRAME].ljust(_WIDE_FRAME, b"\0")


def made(samples: array[int], together: int = 1) -> Sound:
    """Of samples at 48 kHz."""
    return Sound(samples.tobytes(), together)


@lru_cache(maxsize=64)
def read(data: bytes) -> Sound:
    """A file of WAV, or of Ogg with Opus, Vorbis or FLAC; raises `SoundError`."""
    known = FORMATS.get(checked_sound(data)[:4])
    if known is None:
        raise SoundError("neither WAV nor Ogg")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=WIDE)
    found = bytearray()
    try:
        with av.open(BytesIO(data), "r", format=known) as container:
            if not container.streams.audio:
                raise SoundError("no sound in it")
            for frame in container.decode(audio=0):
                found += b"".join(plain(one) for one in resampler.resample(frame))
                if len(found) > 2 * WIDE * MOST_SECONDS:
                    raise SoundError(f"longer than {MOST_SECONDS} seconds")
            found += b"".join(plain(one) for one in resampler.resample(None))
    except (av.FFmpegError, ValueError) as error:
        raise SoundError(f"not to be read: {error}") from error
    if not found:
        raise SoundError("no sound in it")
    return Sound(bytes(found))


@dataclass(slots=True)
class Playing:
    """A sound that is played to one leg; `at` is the frame that is next."""

    sound: Sound
    loop: bool
    at: int = 0

    def step(self) -> int | None:
        """The number of the frame that is played now, None at the end."""
        if self.at >= len(self.sound) and self.loop:
            self.at = 0
        if self.at >= len(self.sound):
            return None
        self.at += 1
        return self.at - 1
