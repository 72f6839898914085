"""The companding of telephone networks in most of America and Japan: mu-law, ITU-T G.711, by tables."""

from __future__ import annotations

from array import array
from functools import cache

BIAS, CLIP = 0x84, 32_635


def _decoded(code: int) -> int:
    code = ~code & 0xFF
    size = (((code & 0x0F) << 3) + BIAS << ((code & 0x70) >> 4)) - BIAS
    return -size if code & 0x80 else size


def _encoded(sample: int) -> int:
    sign = 0x80 if sample < 0 else 0
    size = min(abs(sample), CLIP) + BIAS
    segment = size.bit_length() - 8
    return ~(sign | segment << 4 | size >> segment + 3 & 0x0F) & 0xFF


_PCM = array("h", (_decoded(code) for code in range(256)))


@cache
def _codes() -> bytes:
    """By the sample's sixteen bits as a number that has no sign.

    Made when somebody first telephones: no process is to wait for it that has no telephones. Four samples after each
    other have the same code, and one below zero has that of its size without the highest bit.
    """
    above = b"".join(bytes([_encoded(sample)]) * 4 for sample in range(0, 1 << 15, 4))
    below = bytes(code & 0x7F for code in reversed(above[1:] + above[-1:]))
    return above + below


def decoded(codes: bytes) -> bytes:
    """Plain sound, one channel of 16 bits, little-endian."""
    found = array("h", [_PCM[one] for one in codes])
    return _ordered(found).tobytes()


def encoded(pcm: bytes) -> bytes:
    """A byte for each sample; half a sample at the end is left out."""
    samples = array("H")
    samples.frombytes(pcm[: len(pcm) & ~1])
    codes = _codes()
    return bytes([codes[one] for one in _ordered(samples)])


def _ordered(samples: array[int]) -> array[int]:
    """Little-endian, also on a machine that is not."""
    if array("H", [1]).tobytes()[0] == 0:
        samples.byteswap()
    return samples
