"""Sounds of tests: tones, how loudly they are in something, and files of Opus read by FFmpeg."""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterable

import av

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
