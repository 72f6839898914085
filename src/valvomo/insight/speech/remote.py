"""Any endpoint that speaks OpenAI's transcriptions (`POST …/audio/transcriptions`): in the house or elsewhere.

Nothing but an utterance goes there, and nothing of whose it is. Whatever comes back is taken only if it has the form
that was asked for; an endpoint that fails or keeps others waiting is left alone for a while (`Breaker`).
"""

from __future__ import annotations

import io
import math
import time
import wave
from collections.abc import Callable
from typing import Annotated

import msgspec
from msgspec import Meta

from valvomo.insight.endpoint import Endpoint
from valvomo.insight.speech.port import RATE, Sound, Word, Writing

SECONDS = 30.0
SLOW_SECONDS = 15.0
LARGEST_ANSWER = 256 * 1024
LONGEST = 10_000
"""Characters; a quarter of a minute of speech has a few hundred."""
UNKNOWN_CONFIDENCE = 0.5
"""Where an endpoint does not say how sure it is."""

_Seconds = Annotated[float, Meta(ge=0, le=3_600)]


class _Word(msgspec.Struct, frozen=True):
    word: str
    start: _Seconds
    end: _Seconds


class _Segment(msgspec.Struct, frozen=True):
    avg_logprob: Annotated[float, Meta(ge=-1_000, le=1_000)] | None = None


class _Answer(msgspec.Struct, frozen=True):
    text: Annotated[str, Meta(max_length=LONGEST)]
    language: str = ""
    words: list[_Word] | None = None
    segments: list[_Segment] | None = None


class RemoteSpeech:
    """One endpoint, one model of it. `url` is the base, such as ``http://127.0.0.1:8000/v1``."""

    def __init__(
        self, url: str, model: str, key: str = "", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._model = model
        self._endpoint = Endpoint(
            self.name, url, key, seconds=SECONDS, slow=SLOW_SECONDS, largest=LARGEST_ANSWER, clock=clock
        )

    @property
    def name(self) -> str:
        """`openai` and the model."""
        return f"openai {self._model}"

    def takes(self, language: str) -> bool:
        """Whatever it is: the endpoint knows best."""
        del language
        return True

    def write(self, sound: Sound) -> Writing:
        """As a file of WAV, in one request; nothing is asked about nothing."""
        if not sound.pcm:
            return Writing(text="", confidence=0.0)
        form = {
            "model": self._model,
            "response_format": "verbose_json",
            "timestamp_granularities[]": ["segment", "word"],
            **({"language": sound.language} if sound.language else {}),
        }
        file = ("said.wav", _wav(sound.pcm), "audio/wav")
        return self._endpoint.ask(
            "audio/transcriptions", lambda content: _read(content, sound), data=form, files={"file": file}
        )


def _wav(pcm: bytes) -> bytes:
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return kept.getvalue()


def _read(content: bytes, sound: Sound) -> Writing:
    answer = msgspec.json.decode(content, type=_Answer)
    if "\x00" in answer.text:
        raise ValueError("the answer is no text")
    chances = [one.avg_logprob for one in answer.segments or () if one.avg_logprob is not None]
    sure = math.exp(min(0.0, sum(chances) / len(chances))) if chances else UNKNOWN_CONFIDENCE
    return Writing(
        text=" ".join(answer.text.split()),
        confidence=round(sure, 3),
        # Some name a language in words of their own; what was asked for is what is known.
        language=sound.language,
        words=tuple(Word(one.word.strip(), one.start, one.end) for one in answer.words or ()),
    )
