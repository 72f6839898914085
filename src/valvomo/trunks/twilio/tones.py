"""Keys as tones in the sound: two at a time for each, by ITU-T Q.23; so long and far apart as Q.24 wants at least."""

from __future__ import annotations

import math
from array import array
from functools import cache

from valvomo.trunks.port import RATE

_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
_KEYS = "123A456B789C*0#D"
TONE_SECONDS, PAUSE_SECONDS = 0.1, 0.08
_LOUD = 8_000
"""Of each of the two; together half of what there is room for."""


def seconds(keys: str) -> float:
    """How long it takes to press them."""
    return len(keys) * (TONE_SECONDS + PAUSE_SECONDS)


def tones(keys: str) -> bytes:
    """Plain sound of these keys, one after the other."""
    return b"".join(_tone(one) for one in keys)


@cache
def _tone(key: str) -> bytes:
    place = _KEYS.index(key)
    pair = (_ROWS[place // 4], _COLUMNS[place % 4])
    samples = array(
        "h",
        (
            int(sum(_LOUD * math.sin(math.tau * hertz * at / RATE) for hertz in pair))
            for at in range(int(RATE * TONE_SECONDS))
        ),
    )
    samples.extend([0] * int(RATE * PAUSE_SECONDS))
    if array("H", [1]).tobytes()[0] == 0:
        samples.byteswap()
    return samples.tobytes()
