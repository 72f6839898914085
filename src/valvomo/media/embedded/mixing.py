"""Several voices as one: for a leg that has one way for all that it hears."""

from __future__ import annotations

import math
import operator
from array import array
from collections.abc import Sequence
from dataclasses import dataclass

from valvomo.media.embedded.codec import SAMPLES, SILENCE

LOUDEST, CEILING = 32_767, 30_000
"""What a sample can be, and what one becomes at most where several are added."""
RELEASE = 0.02
"""By how much in 20 ms it becomes louder again after it had to be softer."""
QUIETEST = 127
"""-dBov of silence (RFC 6464 §3)."""


def samples(frame: bytes) -> array[int]:
    """The samples of a frame."""
    return array("h", frame)


def level(frame: bytes) -> int:
    """How loud a frame is in -dBov, as browsers say it of their packets (RFC 6464)."""
    found = samples(frame)
    power = sum(map(operator.mul, found, found)) / max(1, len(found))
    if power == 0:
        return QUIETEST
    return min(QUIETEST, max(0, round(-10 * math.log10(power / 32_768**2))))


@dataclass(slots=True)
class Mixer:
    """For one who hears. Voices are added, and made softer together where that would be too loud."""

    _gain: float = 1.0

    def mix(self, frames: Sequence[bytes]) -> bytes:
        """Frames of the same 20 ms as one."""
        if not frames:
            return SILENCE
        if len(frames) == 1 and self._gain == 1.0:
            return frames[0]
        added = [sum(one) for one in zip(*map(samples, frames), strict=True)]
        peak = max(1, *map(abs, added))
        before, self._gain = self._gain, min(1.0, self._gain + RELEASE, CEILING / peak)
        if before < 1.0 or self._gain < 1.0:
            step = (self._gain - before) / SAMPLES
            added = [int(one * (before + step * n)) for n, one in enumerate(added)]
        return array("h", (max(-LOUDEST, min(LOUDEST, one)) for one in added)).tobytes()
