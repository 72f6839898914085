"""Voices: sentences as packets of Opus, by espeak-ng where that is installed, else as tones that rise and fall.

What is said is encoded once and then only sent: people on the phone cost hardly more than their packets.
"""

from __future__ import annotations

import asyncio
import io
import math
import shutil
from array import array
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass

import av
from av.audio.codeccontext import AudioCodecContext

RATE = 48_000
SAMPLES = 960
"""Of a packet: 20 ms."""
BITS = 24_000
SILENCE = bytes((0xF8, 0xFF, 0xFE))
"""A packet of Opus that says nothing (RFC 6716 §3.1)."""
NOTHING = 127
"""-dBov of silence (RFC 6464)."""
FULL = 32_768
KEPT = 200
"""Sentences that are kept at hand."""
SYLLABLES = 5.0
"""A second, of who has no voice but tones."""
LETTERS = 14.0
"""That are spoken in a second."""
SPOKEN = {"en": "en", "fi": "fi", "sv": "sv"}
LOWEST, HIGHEST = 25, 75
"""Pitches of espeak-ng, of 0 to 99."""


@dataclass(frozen=True, slots=True)
class Packet:
    """20 ms of Opus, and how loud they are in -dBov."""

    data: bytes
    level: int = NOTHING


@dataclass(frozen=True, slots=True)
class Voice:
    """Somebody's: the language, and from 0 to 1 how high it is."""

    language: str
    height: float


class Voices:
    """Everybody's voice; `program` None is where no espeak-ng is installed."""

    def __init__(self, program: str | None = None) -> None:
        self.program = program
        self._kept: OrderedDict[tuple[Voice, str], tuple[Packet, ...]] = OrderedDict()

    @classmethod
    def installed(cls) -> Voices:
        """By what there is on this machine."""
        return cls(shutil.which("espeak-ng"))

    async def packets(self, voice: Voice, text: str) -> tuple[Packet, ...]:
        """What this voice says."""
        key = voice, text
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        wave = await self._wave(voice, text)
        made = await asyncio.to_thread(_encoded, wave)
        self._kept[key] = made
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return made

    async def _wave(self, voice: Voice, text: str) -> bytes | tuple[Voice, str]:
        if self.program is None:
            return voice, text
        pitch = round(LOWEST + (HIGHEST - LOWEST) * voice.height)
        spoken = SPOKEN.get(voice.language, "en")
        # A sentence may begin with a dash, which is no option.
        words = ("-v", spoken, "-p", str(pitch), "--stdout", "--", text)
        process = await asyncio.create_subprocess_exec(
            self.program, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
        )
        wave, _ = await process.communicate()
        return wave or (voice, text)


def _encoded(wave: bytes | tuple[Voice, str]) -> tuple[Packet, ...]:
    encoder = AudioCodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format, encoder.bit_rate = RATE, "mono", "s16", BITS
    frames = _frames(wave) if isinstance(wave, bytes) else _tones(*wave)
    levels: list[int] = []
    packets: list[bytes] = []
    for frame in frames:
        levels.append(_level(bytes(frame.planes[0])[: 2 * frame.samples]))
        packets += [bytes(one) for one in encoder.encode(frame)]
    return tuple(Packet(data, level) for data, level in zip(packets, levels, strict=False))


def _frames(wave: bytes) -> Iterator[av.AudioFrame]:
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE, frame_size=SAMPLES)
    with av.open(io.BytesIO(wave), mode="r") as container:
        for frame in container.decode(audio=0):
            yield from resampler.resample(frame)


def _tones(voice: Voice, text: str) -> Iterator[av.AudioFrame]:
    base, phase = 110 + 130 * voice.height, 0.0
    for number in range(math.ceil(len(text) / LETTERS * RATE / SAMPLES)):
        samples = array("h", bytes(2 * SAMPLES))
        for place in range(SAMPLES):
            at = (number * SAMPLES + place) / RATE
            phase += 2 * math.pi * base * (1 + 0.15 * math.sin(2.1 * at)) / RATE
            swell = math.sin(math.pi * ((at * SYLLABLES) % 1)) ** 2
            samples[place] = round(9000 * swell * math.sin(phase))
        frame = av.AudioFrame(format="s16", layout="mono", samples=SAMPLES)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = RATE, number * SAMPLES
        yield frame


def _level(pcm: bytes) -> int:
    samples = array("h", pcm)
    power = sum(one * one for one in samples) / max(1, len(samples))
    return NOTHING if power < 1 else min(NOTHING, round(-10 * math.log10(power / FULL**2)))
