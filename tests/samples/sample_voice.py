"""Voices without a synthesizer: what they were asked is kept, and what they say can be told apart; and an endpoint."""

from __future__ import annotations

import io
import json
import threading
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sample_endpoint import Endpoint as Standing
from sample_endpoint import answering

from valvomo.insight.port import UnavailableError

Endpoint = Standing[dict[str, Any]]


def wav(text: str = "", *, rate: int = 8_000) -> bytes:
    """A file of WAV whose samples are the text."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(text.encode("utf-16-le") or bytes(2))
    return kept.getvalue()


def text_of(sound: bytes) -> str:
    """What is said in such a file."""
    with wave.open(io.BytesIO(sound), "rb") as file:
        return file.readframes(file.getnframes()).decode("utf-16-le")


@dataclass
class SampleVoice:
    """See `Voice`. While it is `broken` it cannot speak; `stuck` is waited for before anything is said."""

    name: str = "sample"
    asked: list[tuple[str, str]] = field(default_factory=list)
    broken: bool = False
    stuck: threading.Event | None = None

    def say(self, text: str, language: str) -> bytes:
        """See `Voice`."""
        self.asked.append((language, text))
        if self.stuck is not None:
            self.stuck.wait()
        if self.broken:
            raise UnavailableError(f"{self.name} is broken")
        return wav(f"{language}: {text}")


@contextmanager
def speaking() -> Iterator[Endpoint]:
    """An endpoint that speaks OpenAI's speech: what is said there are the words that it was asked for."""
    with answering(lambda asked: (200, wav(str(asked["input"]))), lambda _, body: json.loads(body)) as it:
        yield it
