"""Opus in and out of plain samples: for telephones, for transcripts, and for what is played to somebody.

Inside the engine plain samples are one channel of 16 bits at 16 kHz, in frames of 20 ms.
"""

from __future__ import annotations

from fractions import Fraction

import av

from valvomo.media.embedded import opus

RATE = 16_000
SAMPLES = RATE // 50
FRAME = 2 * SAMPLES
"""Bytes of a frame."""
SILENCE = bytes(FRAME)
BITS = {"voip": 24_000, "audio": 32_000}
"""A second."""
EFFORT = "3"
"""Of 10: what is above costs a processor more than anybody hears."""


class Resampler:
    """From one rate to another, piece by piece; it keeps some samples back until those that follow come."""

    def __init__(self, rate: int, to: int) -> None:
        self._rate = rate
        self._inner = None if rate == to else av.AudioResampler(format="s16", layout="mono", rate=to)

    def more(self, pcm: bytes) -> bytes:
        """What has become of it and what was kept back."""
        if self._inner is None or not pcm:
            return pcm
        return b"".join(plain(one) for one in self._inner.resample(framed(pcm, self._rate)))


class Decoder:
    """Of one stream of Opus."""

    def __init__(self) -> None:
        self._codec = av.CodecContext.create("libopus", "r")
        self._codec.sample_rate, self._codec.layout, self._codec.format = opus.RATE, "mono", "s16"
        self._down = Resampler(opus.RATE, RATE)

    def decode(self, packet: bytes) -> bytes:
        """The samples of a packet; silence of its length where it is broken."""
        try:
            found = b"".join(plain(one) for one in self._codec.decode(av.Packet(packet)))
        except av.FFmpegError:
            found = bytes(2 * opus.samples(packet))
        return self._down.more(found)


class Encoder:
    """Of one stream of Opus, with what a receiver needs to repair what it loses.

    `rate` is that of the samples, `use` what FFmpeg calls the application: `voip`, or `audio` for more than voices;
    `frames` are in each packet.
    """

    def __init__(self, rate: int = RATE, use: str = "voip", *, frames: int = 1) -> None:
        self._rate = rate
        self._codec = av.CodecContext.create("libopus", "w")
        self._codec.sample_rate, self._codec.layout, self._codec.format = rate, "mono", "s16"
        self._codec.bit_rate, self._codec.time_base = BITS[use], Fraction(1, rate)
        self._codec.options = {
            "application": use, "frame_duration": str(20 * frames), "vbr": "on", "compression_level": EFFORT,
            "fec": "1", "packet_loss": "5",
        }  # fmt: skip
        self._samples = 0

    def encode(self, frame: bytes) -> bytes:
        """The packet of so many frames of 20 ms."""
        given = framed(frame, self._rate)
        given.pts, given.time_base = self._samples, Fraction(1, self._rate)
        self._samples += given.samples
        return b"".join(bytes(one) for one in self._codec.encode(given))


def framed(pcm: bytes, rate: int) -> av.AudioFrame:
    """Samples as FFmpeg takes them."""
    frame = av.AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
    frame.planes[0].update(pcm)
    frame.sample_rate = rate
    return frame


def plain(frame: av.AudioFrame) -> bytes:
    """FFmpeg's samples of one channel of 16 bits."""
    return bytes(frame.planes[0])[: 2 * frame.samples]
