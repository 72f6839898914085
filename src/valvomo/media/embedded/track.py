"""What one leg has said in a recording, in a file: Opus as it came, in Ogg (RFC 3533, RFC 7845), by FFmpeg's muxer.

Nothing is decoded. What is missing is in the file as packets that stand for it, so that the position of every page is
the sum of what is in it, and tracks that are played together stay together.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.container import OutputContainer

from valvomo.media.embedded import opus
from valvomo.media.embedded.opus import RATE

PAGE_MICROSECONDS = 400_000
SKIPPED = 312
"""Samples that players leave out at the beginning, as encoders are so much ahead of what they are given."""
CONCEALED = RATE // 5
"""Gaps up to so many samples are for decoders to conceal; what is longer is silence."""


class _File:
    """What FFmpeg writes to: at once, and for nobody else to read."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._number, rest) :]
        return len(data)

    def touch(self) -> None:
        os.utime(self._number)

    def close(self) -> None:
        try:
            os.fsync(self._number)
        finally:
            os.close(self._number)


@dataclass(slots=True, kw_only=True)
class Written:
    """A file, from its first packet on. `began`, and `samples` that are in it, at 48 kHz."""

    path: Path
    began: int
    samples: int = 0
    _file: _File = field(init=False)
    _container: OutputContainer = field(init=False)
    _stream: av.AudioStream = field(init=False)
    _last: bytes = b""

    def __post_init__(self) -> None:
        self._file = _File(self.path)

    def head(self, notes: dict[str, str]) -> None:
        """Begin the file; `notes` are its comments (RFC 7845 §5.2), of whom it is. Raises `OSError`."""
        options = {"page_duration": str(PAGE_MICROSECONDS), "flush_packets": "1"}
        self._container = av.open(self._file, "w", format="ogg", options=options)
        # An encoder that encodes nothing: by it the muxer knows what it is given.
        self._stream = self._container.add_stream("libopus", rate=RATE, layout="mono")
        self._stream.codec_context.format = "s16"
        self._stream.time_base = self._stream.codec_context.time_base = Fraction(1, RATE)
        self._stream.metadata.update(notes)

    def put(self, packets: Iterable[tuple[int, bytes]]) -> None:
        """Packets by their places in the recording, in order. Raises `OSError` where the disk does not take them."""
        for at, packet in packets:
            length = opus.samples(packet)
            gap = at - self.began - self.samples
            if not length or gap < -length // 2:
                continue
            for one in self._filling(gap):
                self._mux(one)
            self._mux(packet)
            self._last = packet

    def _filling(self, gap: int) -> list[bytes]:
        if not self._last or gap > CONCEALED:
            return opus.silence(gap)
        size = opus.frame_samples(self._last)
        return [opus.missing(self._last)] * ((gap + size // 2) // size)

    def _mux(self, packet: bytes) -> None:
        made = av.Packet(packet)
        made.stream, made.time_base = self._stream, Fraction(1, RATE)
        made.pts = made.dts = self.samples - SKIPPED
        made.duration = opus.samples(packet)
        self._container.mux(made)
        self.samples += made.duration

    def touch(self) -> None:
        """It goes on, though there is nothing to write: whoever looks for what was left does not take it."""
        self._file.touch()

    def close(self) -> None:
        """The file is whole, and on the disk. Raises `OSError`."""
        try:
            self._container.close()
        finally:
            self._file.close()
