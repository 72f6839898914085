"""Somebody who speaks: sentences made by espeak-ng, as the sound that is written down."""

from __future__ import annotations

import math
import shutil
import subprocess
import wave
from pathlib import Path

import pytest

RATE = 16_000
ESPEAK = shutil.which("espeak-ng")
needs_espeak = pytest.mark.skipif(
    ESPEAK is None, reason="espeak-ng is not installed (Debian's package espeak-ng)"
)


def tone(level: int, seconds: float) -> bytes:
    """A voice of this loudness, of 200 Hz; 0 is silence."""
    period = [round(level * math.sqrt(2) * math.sin(2 * math.pi * n / 80)) for n in range(80)]
    once = b"".join(one.to_bytes(2, "little", signed=True) for one in period)
    return once * round(seconds * 200)


def spoken(text: str, folder: Path, *, voice: str = "en-us") -> bytes:
    """A sentence at 16 kHz, one channel of 16 bits; by a voice of espeak-ng."""
    file = folder / "spoken.wav"
    subprocess.run(
        [ESPEAK or "", "-v", voice, "-s", "150", "-w", str(file), "--stdin"], input=text.encode(), check=True
    )
    with wave.open(str(file), "rb") as found:
        rate, sound = found.getframerate(), found.readframes(found.getnframes())
    return resampled(sound, rate)


def wav(pcm: bytes, file: Path) -> Path:
    """It as a file of WAV, such as a browser takes for what a microphone hears."""
    with wave.open(str(file), "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(RATE)
        made.writeframes(pcm)
    return file


def resampled(pcm: bytes, rate: int) -> bytes:
    """At 16 kHz, by straight lines between samples: a voice of espeak-ng has little above."""
    samples = memoryview(pcm).cast("h")
    step, found = rate / RATE, bytearray()
    for number in range(int((len(samples) - 1) / step)):
        place = number * step
        before, share = int(place), place % 1
        value = round(samples[before] * (1 - share) + samples[before + 1] * share)
        found += value.to_bytes(2, "little", signed=True)
    return bytes(found)
