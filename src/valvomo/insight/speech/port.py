"""The port to whatever can write down what somebody has said."""

from __future__ import annotations

from typing import Protocol

import msgspec

RATE = 16_000
"""Samples a second of what is written down: one channel of 16 bits, little-endian."""


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance; `language` is a code of two letters, empty when it is not known."""

    pcm: bytes
    language: str = ""

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.pcm) / 2 / RATE


class Word(msgspec.Struct, frozen=True):
    """A word, from when to when, in seconds from the beginning of the utterance."""

    text: str
    began: float
    ended: float


class Writing(msgspec.Struct, frozen=True, kw_only=True):
    """What was said, empty where it was no speech; how sure that is, in [0, 1]; words with times where known."""

    text: str
    confidence: float
    language: str = ""
    words: tuple[Word, ...] = ()


class SpeechModel(Protocol):
    """One back end. It blocks, and takes a processor; it is asked in a process of its own."""

    @property
    def name(self) -> str:
        """What it is, for logs and screens."""
        ...

    def takes(self, language: str) -> bool:
        """Whether it writes this language; of one that is not known, whether it would find out."""
        ...

    def write(self, sound: Sound) -> Writing:
        """What was said.

        Raises:
            UnavailableError: it does not answer; nothing was written.
        """
        ...
