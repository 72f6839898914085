"""Recordings that a process which died has left in its folder: each file says of which recording and leg it is."""

from __future__ import annotations

import time
from collections.abc import Collection
from pathlib import Path

import structlog

from valvomo.media.port import Recorded, Track

STILL_SECONDS = 60.0
"""What is being recorded is written each second: a file that was not for so long belongs to nobody any more."""

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
    # Only where something was left: it takes a fifth of a second.
    import av  # noqa: PLC0415

    try:
        with av.open(str(path)) as container:
            stream = container.streams[0]
            notes = {name.upper(): text for name, text in {**container.metadata, **stream.metadata}.items()}
            length = (
                float(stream.duration * stream.time_base) if stream.duration and stream.time_base else 0.0
            )
        track = Track(
            file=str(path),
            leg_id=notes["LEG"],
            name=notes["TITLE"],
            began=float(notes["BEGAN"]),
            seconds=length,
        )
    except (av.FFmpegError, KeyError, ValueError, IndexError) as error:
        log.warning("calls.unreadable_leftover", file=path.name, error=repr(error))
        return None
    return notes["RECORDING"], track
