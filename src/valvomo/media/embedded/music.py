"""What a customer hears who waits: a quiet tune, made when the engine starts, and sent to all of them in step.

Made and not recorded, so that there is nothing to license; encoded once, so that waiting costs no more than talking.
"""

from __future__ import annotations

import math
from array import array

from valvomo.media.embedded.sounds import WIDE as RATE
from valvomo.media.embedded.sounds import Sound, made

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


def tune() -> Sound:
    """The whole tune; it takes a second."""
    return made(samples())
