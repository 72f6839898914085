"""Recordings that go on: what is kept of whom, and the hand that writes it while packets go their way.

Packets wait a moment before they are written, so that those that come late are in their place; then a thread writes
what has become ripe, several times in a second. What a process has not written when it dies is the last second.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import av
import structlog

from valvomo.media.embedded.opus import RATE
from valvomo.media.embedded.rtp import Packet
from valvomo.media.embedded.timeline import Timeline
from valvomo.media.embedded.track import Written
from valvomo.media.port import Recorded, RecordingError, Track

WRITES = 0.2
"""Seconds between two times of writing."""
RIPE = RATE // 5
"""Samples for which a packet waits for those that were sent before it."""
NAMES = re.compile(r"[A-Za-z0-9_-]{1,64}")

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Kept:
    """What is kept of one leg: its file once there is something to write, and what waits for that."""

    leg_id: str
    name: str
    timeline: Timeline = field(default_factory=Timeline)
    waiting: list[tuple[int, bytes]] = field(default_factory=list)
    written: Written | None = None


@dataclass(slots=True)
class Recording:
    """One recording of a call. `began` by the engine's clock in seconds; `over` from when on nothing is added."""

    call_id: str
    id: str
    folder: Path
    began: float
    paused: bool = False
    over: bool = False
    failed: str = ""
    kept: dict[str, Kept] = field(default_factory=dict)

    def due(self, now: float) -> int:
        """Samples that have passed since it began."""
        return int((now - self.began) * RATE)

    def take(self, leg_id: str, name: str, packet: Packet, now: float) -> None:
        """A packet of somebody who may be kept."""
        if self.paused or self.over:
            return
        kept = self.kept.get(leg_id)
        if kept is None:
            kept = self.kept[leg_id] = Kept(leg_id, name)
        at = kept.timeline.place(packet.ssrc, packet.timestamp, self.due(now))
        kept.waiting.append((at, packet.payload))

    def ripe(self, now: float) -> list[tuple[Kept, list[tuple[int, bytes]]]]:
        """What can be written now, in order; it waits no longer."""
        until = self.due(now) + (RATE if self.over else -RIPE)
        found: list[tuple[Kept, list[tuple[int, bytes]]]] = []
        for kept in self.kept.values():
            taken = sorted(one for one in kept.waiting if one[0] <= until)
            kept.waiting = [one for one in kept.waiting if one[0] > until]
            found.append((kept, taken))
        return found


class Recorder:
    """All recordings of a process. `clock` gives seconds, `tell` takes what has been recorded."""

    def __init__(self, clock: Callable[[], float], tell: Callable[[Recorded], None]) -> None:
        self._clock = clock
        self._tell = tell
        self._going: list[Recording] = []
        self._writing = asyncio.Lock()
        self._closed = asyncio.Event()

    def start(self, call_id: str, recording_id: str, folder: str, ago: float = 0.0) -> Recording:
        """It began `ago` seconds ago, maybe elsewhere. Raises `RecordingError` where nothing can be written there."""
        if not NAMES.fullmatch(recording_id):
            raise RecordingError("a recording is named by letters, digits, '-' and '_'")
        if not Path(folder).is_dir():
            raise RecordingError(f"there is no folder {folder}")
        recording = Recording(call_id, recording_id, Path(folder), self._clock() - ago)
        self._going.append(recording)
        return recording

    async def writes(self) -> None:
        """Write again and again, until it is closed."""
        while not self._closed.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(WRITES):
                    await self._closed.wait()
            await self.write()

    async def close(self) -> None:
        """Write what is left. Whoever writes at the moment is not disturbed: a thread cannot be cancelled."""
        self._closed.set()
        await self.write()

    async def write(self) -> None:
        """Write what is ripe, and tell of what is over."""
        async with self._writing:
            now = self._clock()
            work = [(one, one.over, one.ripe(now)) for one in self._going]
            if not work:
                return
            told = await asyncio.to_thread(
                lambda: [_written(one, ripe, over=over) for one, over, ripe in work]
            )
            self._going = [one for one in self._going if not any(one is each[0] and each[1] for each in work)]
            for one in told:
                if one is not None:
                    self._tell(one)


def _written(
    recording: Recording, ripe: list[tuple[Kept, list[tuple[int, bytes]]]], *, over: bool
) -> Recorded | None:
    """Write what is ripe; when it is over, what has come of it."""
    for kept, packets in ripe:
        try:
            _put(recording, kept, packets)
            if over and kept.written:
                kept.written.close()
        except (OSError, av.FFmpegError) as error:
            if not recording.failed:
                log.exception("media.recording", recording=recording.id, folder=str(recording.folder))
            recording.failed = recording.failed or str(error)
    return _told(recording) if over else None


def _put(recording: Recording, kept: Kept, packets: list[tuple[int, bytes]]) -> None:
    if recording.failed:
        return
    if not packets:
        if kept.written is not None:
            kept.written.touch()
        return
    if kept.written is None:
        kept.written = _opened(recording, kept, packets[0][0])
    kept.written.put(packets)


def _opened(recording: Recording, kept: Kept, at: int) -> Written:
    """A file of the recording that is not there yet."""
    for number in range(1, 1000):
        try:
            written = Written(path=recording.folder / f"{recording.id}-{number}.opus", began=at)
        except FileExistsError:
            continue
        notes = {
            "RECORDING": recording.id,
            "LEG": kept.leg_id,
            "TITLE": kept.name,
            "BEGAN": f"{at / RATE:.3f}",
        }
        written.head(notes)
        return written
    raise FileExistsError(recording.folder / recording.id)


def _told(recording: Recording) -> Recorded:
    tracks = tuple(
        Track(
            file=str(one.written.path),
            leg_id=one.leg_id,
            name=one.name,
            began=round(one.written.began / RATE, 3),
            seconds=one.written.samples / RATE,
        )
        for one in recording.kept.values()
        if one.written is not None
    )
    return Recorded(recording.call_id, recording.id, tracks, recording.failed)
