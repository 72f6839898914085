"""espeak-ng, a program that an operator installs: quick, without a network, in many languages, with a robot's voice."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess

from valvomo.insight.port import UnavailableError

PROGRAM = "espeak-ng"
SECONDS = 10.0
"""Until it is given up; a sentence takes it some hundredths of a second."""
WORDS_A_MINUTE = 150
"""A little slower than by itself: telephones swallow what tells consonants apart."""
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_HEAD = 44
"""Bytes before the samples in the files that it writes."""


class EspeakVoice:
    """`program` is its path."""

    def __init__(self, program: str, seconds: float = SECONDS) -> None:
        self._program = program
        self._seconds = seconds

    @property
    def name(self) -> str:
        """Its own."""
        return PROGRAM

    def say(self, text: str, language: str) -> bytes:
        """See `Voice`."""
        if not _LANGUAGE.fullmatch(language):
            raise UnavailableError(f"{self.name}: no language is called {language!r}")
        # The words go in by the pipe: they may begin like an option, and stand in no list of processes.
        command = (self._program, "-v", language, "-s", str(WORDS_A_MINUTE), "--stdin", "--stdout")
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and a language of letters
                command, input=text.encode(), capture_output=True, check=True, timeout=self._seconds
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise UnavailableError(f"{self.name}: {_why(error)}") from error
        return _whole(done.stdout)


def found(program: str) -> str | None:
    """The path of the program, by its name or path; None where it is not there, or none is wanted (empty)."""
    return shutil.which(program) if program else None


def _why(error: Exception) -> str:
    """Without the command, in which nothing is secret, and which says nothing."""
    if isinstance(error, subprocess.CalledProcessError):
        said = error.stderr.decode(errors="replace").strip() if error.stderr else ""
        return said[:200] or f"it ended with {error.returncode}"
    return "it took too long" if isinstance(error, subprocess.TimeoutExpired) else repr(error)


def _whole(wave: bytes) -> bytes:
    """Into a pipe it cannot go back and write how long the file has become: that is done here."""
    if len(wave) <= _HEAD or wave[:4] != b"RIFF" or wave[36:40] != b"data":
        raise UnavailableError(f"{PROGRAM}: it said nothing")
    sizes = struct.pack("<I", len(wave) - 8), struct.pack("<I", len(wave) - _HEAD)
    return wave[:4] + sizes[0] + wave[8:40] + sizes[1] + wave[_HEAD:]
