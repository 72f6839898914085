"""Finding the one byte that was changed under a hash, by trying every other one.

A sha256 tells that something was changed, not what. For short texts the original is a byte away and can be found
by search, which makes a finding that somebody can act on: which column, where, what it was.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

LONGEST = 4096
"""Bytes; the search takes about a second for as many, and nothing longer is searched."""

Part = tuple[str, bytes]
"""A column and its bytes as they are now."""


def changed_byte(prefix: bytes, parts: Sequence[Part], separator: bytes, expected: bytes) -> str | None:
    """Where the bytes differ from those that were hashed with `prefix`, in words; None when it is more than one."""
    data = separator.join(value for _, value in parts)
    if len(data) > LONGEST:
        return None
    head = hashlib.sha256(prefix)
    for place, byte in enumerate(data):
        rest = data[place + 1 :]
        for other in range(256):
            tried = head.copy()
            tried.update(bytes((other,)) + rest)
            if tried.digest() == expected:
                column, offset = _place(parts, len(separator), place)
                return f"column {column}, byte {offset} is {_shown(byte)} and was {_shown(other)}"
        head.update(data[place : place + 1])
    return None


def _place(parts: Sequence[Part], gap: int, place: int) -> tuple[str, int]:
    for name, value in parts:
        if place < len(value):
            return name, place + 1
        place -= len(value) + gap
    return "between two columns", 0


def _shown(byte: int) -> str:
    return repr(chr(byte)) if 32 <= byte < 127 else f"0x{byte:02x}"  # noqa: PLR2004 - printable ASCII
