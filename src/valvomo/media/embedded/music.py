"""What a customer hears who waits: a quiet tune, made when the engine starts, and sent to all of them in step.

Made and not recorded, so that there is nothing to license; encoded once, so that waiting costs no more than talking.
"""

from __future__ import annotations

import math
import operator
from array import array
from functools import cache

from valvomo.media.embedded.sounds import WIDE as RATE
from valvomo.media.embedded.sounds import Sound, made

LENGTH = int(0.4 * RATE)
"""Samples from one note to the next."""
TOGETHER = 3
"""Frames in a packet: nobody answers to it, and what a packet costs depends little on what is in it."""
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
    sounds = {hertz: _note(hertz) for hertz in set(notes)}
    mixed: list[float] = []
    for before, hertz in zip([notes[-1], *notes], notes, strict=False):
        fades, begins = sounds[before][LENGTH:], sounds[hertz][:LENGTH]
        mixed += map(operator.add, fades, begins)
    return array("h", (int(max(-1.0, min(1.0, one)) * 32767) for one in mixed))


def _note(hertz: float) -> list[float]:
    """One note, which sounds on through the next."""
    fades = (
        math.exp(-4.5 * at / RATE) * min(1.0, at / 480) * min(1.0, (2 * LENGTH - at) / 4800)
        for at in range(2 * LENGTH)
    )
    step = math.tau * hertz / RATE
    return [
        LOUDEST * faded * (math.sin(step * at) + 0.25 * math.sin(2 * step * at))
        for at, faded in enumerate(fades)
    ]


@cache
def tune() -> Sound:
    """The whole tune; it is made once in a process."""
    return made(samples(), TOGETHER)
