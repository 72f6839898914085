"""What a customer hears who waits: a quiet tune, made when the engine starts, and sent to all of them in step.

Made and not recorded, so that there is nothing to license; encoded once, so that waiting costs no more than talking.
"""

from __future__ import annotations

import math
from array import array
from fractions import Fraction
from functools import cache

import av

RATE = 48_000
FRAME = 960
"""Samples in a packet: 20 ms."""
NOTE_SECONDS = 0.4
LOUDEST = 0.14
"""Of what a sample can be: well below a voice."""
CHORDS = (
    (220.00, 261.63, 329.63, 440.00), (174.61, 220.00, 261.63, 349.23),
    (130.81, 196.00, 261.63, 329.63), (196.00, 246.94, 293.66, 392.00),
)  # fmt: skip
"""Hertz: A minor, F, C, G, each played up and down."""


def samples() -> array[int]:
    """The whole tune, one channel of 16 bits; its end goes over into its beginning."""
    notes = [note for chord in CHORDS for note in (*chord, *reversed(chord[1:3]), *chord[:2])]
    length = int(NOTE_SECONDS * RATE)
    total = len(notes) * length
    mixed = [0.0] * total
    for number, hertz in enumerate(notes):
        for at in range(2 * length):
            seconds = at / RATE
            faded = math.exp(-4.5 * seconds) * min(1.0, at / 480) * min(1.0, (2 * length - at) / 4800)
            tone = math.sin(math.tau * hertz * seconds) + 0.25 * math.sin(2 * math.tau * hertz * seconds)
            mixed[(number * length + at) % total] += LOUDEST * faded * tone
    return array("h", (int(max(-1.0, min(1.0, one)) * 32767) for one in mixed))


@cache
def tune() -> tuple[bytes, ...]:
    """The whole tune as Opus packets of 20 ms each; the first call takes a second."""
    return encoded(samples())


def encoded(pcm: array[int]) -> tuple[bytes, ...]:
    """Opus packets of 20 ms each."""
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = RATE, "mono", "s16", 32_000
    codec.time_base = Fraction(1, RATE)
    codec.options = {"frame_duration": "20", "vbr": "on"}
    found: list[bytes] = []
    for start in range(0, len(pcm) - FRAME + 1, FRAME):
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(pcm[start : start + FRAME].tobytes())
        frame.sample_rate, frame.pts = RATE, start
        found += [bytes(packet) for packet in codec.encode(frame)]
    return tuple(found)
