"""The port to whatever can speak a sentence."""

from __future__ import annotations

from typing import Protocol

FORMATS = (b"RIFF", b"OggS")
"""How a file of WAV, and one of Ogg, begins."""


class Voice(Protocol):
    """One back end. It blocks, and is asked in a thread."""

    @property
    def name(self) -> str:
        """What it is, for logs and screens."""
        ...

    def say(self, text: str, language: str) -> bytes:
        """A file of WAV or Ogg in which the text is spoken, in the language of this code of two letters.

        Raises:
            UnavailableError: it cannot, or not now.
        """
        ...
