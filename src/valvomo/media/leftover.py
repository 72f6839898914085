"""What is in a file of a recording: for whoever was not told of its end, because who wrote it had died.

It says in its comments of which recording and leg it is, and by the position of its last page how long it is. A
page of which the end was not written any more does not count. Nothing of what carries calls is needed for it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from valvomo.media.happenings import Track

RATE = 48_000
_HEAD = struct.Struct("<4sBBqIIIB")
_LENGTH = struct.Struct("<I")
_COMMENTS = b"OpusTags"


def read(file: Path) -> tuple[str, Track] | None:
    """The id of its recording, and its track; None where nothing that could be heard is there yet. Raises `OSError`."""
    notes, last = dict[str, str](), 0
    with file.open("rb") as opened:
        for position, body in _pages(opened):
            if body.startswith(_COMMENTS):
                notes = _notes(body)
            last = max(last, position)
    try:
        recording_id, leg_id, began = notes["RECORDING"], notes["LEG"], float(notes["BEGAN"])
    except (KeyError, ValueError):
        return None
    return (
        (recording_id, Track(str(file), leg_id, notes.get("TITLE", ""), began, last / RATE)) if last else None
    )


def _pages(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Whole pages: their positions, and what is in them (RFC 3533 §6)."""
    while len(head := file.read(_HEAD.size)) == _HEAD.size:
        capture, _, _, position, _, _, _, segments = _HEAD.unpack(head)
        length = sum(file.read(segments))
        body = file.read(length)
        if capture != b"OggS" or len(body) < length:
            return
        yield position, body


def _notes(page: bytes) -> dict[str, str]:
    """Comments (RFC 7845 §5.2), as far as they are there."""
    found: dict[str, str] = {}
    _vendor, rest = _counted(page[len(_COMMENTS) :])
    rest = rest[_LENGTH.size :]
    while rest:
        one, rest = _counted(rest)
        key, _, value = one.decode("utf-8", "replace").partition("=")
        found[key.upper()] = value
    return found


def _counted(data: bytes) -> tuple[bytes, bytes]:
    """What is behind its length, and what follows."""
    if len(data) < _LENGTH.size:
        return b"", b""
    end = _LENGTH.size + _LENGTH.unpack_from(data)[0]
    return data[_LENGTH.size : end], data[end:]
