"""Plain sound at another rate, by FFmpeg's filters, where a trunk speaks wider than telephones do."""

from __future__ import annotations

from fractions import Fraction

Shape = tuple[int, int]
"""Samples a second, and channels."""


class Resampler:
    """From one shape to another; what of a piece is not done comes with the next."""

    def __init__(self, source: Shape, target: Shape) -> None:
        self.source = source
        self.target = target
        self._made = None if source == target else _Filter(source, target)

    def made(self, pcm: bytes) -> bytes:
        """The same sound."""
        return pcm if self._made is None else self._made.made(pcm)


class _Filter:
    def __init__(self, source: Shape, target: Shape) -> None:
        # Trunks that speak as telephones do need none of it, and it takes 30 MB.
        from av import AudioFrame, AudioResampler  # noqa: PLC0415

        self._frame = AudioFrame
        self._source = source
        self._layout = "mono" if source[1] == 1 else "stereo"
        layout = "mono" if target[1] == 1 else "stereo"
        self._resampler = AudioResampler(format="s16", layout=layout, rate=target[0])
        self._samples = 0

    def made(self, pcm: bytes) -> bytes:
        """See `Resampler.made`."""
        rate, channels = self._source
        samples = len(pcm) // (2 * channels)
        if not samples:
            return b""
        frame = self._frame(format="s16", layout=self._layout, samples=samples)
        frame.planes[0].update(pcm[: 2 * channels * samples].ljust(frame.planes[0].buffer_size, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = rate, self._samples, Fraction(1, rate)
        self._samples += samples
        return b"".join(
            bytes(one.planes[0])[: 2 * len(one.layout.channels) * one.samples]
            for one in self._resampler.resample(frame)
        )
