"""Recordings that a process which died has left in its folder: each file says of which recording and leg it is."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

import structlog

from valvomo.media import leftover
from valvomo.media.port import Recorded, Track

STILL_SECONDS = 60.0
"""What is being recorded is touched each second, also on hold: a file that was not for so long is nobody's any more."""

log = structlog.get_logger(__name__)


def leftovers(folder: Path, known: Collection[str]) -> list[Recorded]:
    """What lies there and is not known; it reads files, so not for the loop."""
    found: dict[str, list[Track]] = {}
    for path in sorted(folder.glob("*.opus")):
        if str(path) in known or time.time() - path.stat().st_mtime < STILL_SECONDS:
            continue
        if (read := _read(path)) is not None:
            found.setdefault(read[0], []).append(read[1])
    return [
        Recorded(
            call_id="", recording_id=one, tracks=tuple(tracks), failed="the process that wrote it has ended"
        )
        for one, tracks in found.items()
    ]


def _read(path: Path) -> tuple[str, Track] | None:
    found = leftover.read(path)
    if found is None:
        log.warning("calls.unreadable_leftover", file=path.name)
    return found
