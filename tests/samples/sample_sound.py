"""Sounds of tests: tones, how loudly they are in something, and files of Opus read by FFmpeg."""

from __future__ import annotations

import math
import struct
from array import array
from collections.abc import Iterable
from io import BytesIO

import av

from valvomo.media.embedded.codec import Encoder

HEARD, SILENT = 0.02, 0.002
"""Of the loudest that can be: what is heard is more than the first, what is not is less than the second."""


def tone(hertz: float, seconds: float, rate: int, loud: float = 0.3) -> array[int]:
    """One channel of 16 bits."""
    samples = range(int(seconds * rate))
    return array("h", (round(32767 * loud * math.sin(math.tau * hertz * n / rate)) for n in samples))


def loudness(pcm: array[int], hertz: float, rate: int) -> float:
    """How loudly a tone is in it, from 0 to 1 (Goertzel's algorithm, under a window of Hann)."""
    if not pcm:
        return 0.0
    double = 2 * math.cos(math.tau * hertz / rate)
    before = last = 0.0
    for n, sample in enumerate(pcm):
        windowed = sample / 32768 * (1 - math.cos(math.tau * n / len(pcm)))
        before, last = last, windowed + double * last - before
    return 2 * math.sqrt(max(0.0, last * last + before * before - double * last * before)) / len(pcm)


def heard(pcm: array[int], tones: dict[str, int], rate: int) -> str:
    """Whose tones are in it; `?` for one that is neither heard nor silent."""
    levels = {name: loudness(pcm, hertz, rate) for name, hertz in tones.items()}
    return " ".join(
        name if level > HEARD else f"{name}?" for name, level in sorted(levels.items()) if level > SILENT
    )


def read_back(file: str, rate: int = 16_000) -> array[int]:
    """What a player plays of a file, one channel of 16 bits."""
    found = array("h")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=rate)
    with av.open(file) as container:
        for frame in container.decode(audio=0):
            add(found, resampler.resample(frame))
    add(found, resampler.resample(None))
    return found


def add(found: array[int], frames: Iterable[av.AudioFrame]) -> None:
    """Frames of one channel of 16 bits, at the end."""
    for frame in frames:
        found.frombytes(bytes(frame.planes[0])[: 2 * frame.samples])


def encoded(pcm: array[int], rate: int = 48_000) -> list[bytes]:
    """Packets of Opus of 20 ms each."""
    encoder, size = Encoder(rate), rate // 50
    return [encoder.encode(pcm[at : at + size].tobytes()) for at in range(0, len(pcm) - size + 1, size)]


def wav(hertz: float, seconds: float, rate: int = 8_000) -> bytes:
    """A file of a tone."""
    pcm = tone(hertz, seconds, rate).tobytes()
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(pcm), b"WAVE", b"fmt ", 16, 1, 1, rate, 2 * rate,
                       2, 16, b"data", len(pcm))  # fmt: skip
    return head + pcm


def ogg(hertz: float, seconds: float) -> bytes:
    """A file of a tone in Opus."""
    target = BytesIO()
    with av.open(target, "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame(format="s16", layout="mono", samples=int(seconds * 48_000))
        frame.planes[0].update(tone(hertz, seconds, 48_000).tobytes())
        frame.sample_rate = 48_000
        for one in [*stream.encode(frame), *stream.encode(None)]:
            container.mux(one)
    return target.getvalue()
