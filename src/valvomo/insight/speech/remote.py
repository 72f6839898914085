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

import httpx
import msgspec
from msgspec import Meta

from valvomo.insight.breaker import Breaker
from valvomo.insight.port import UnavailableError
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
        self._breaker = Breaker(self.name, SLOW_SECONDS, clock)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        # No proxies of the environment and no redirects: what is said goes where it was told to only.
        self._client = httpx.Client(
            base_url=url.rstrip("/") + "/", headers=headers, timeout=SECONDS, trust_env=False
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
        began = self._breaker.begin()
        form = {
            "model": self._model,
            "response_format": "verbose_json",
            "timestamp_granularities[]": ["segment", "word"],
            **({"language": sound.language} if sound.language else {}),
        }
        try:
            answer = self._client.post(
                "audio/transcriptions", data=form, files={"file": ("said.wav", _wav(sound.pcm), "audio/wav")}
            )
            answer.raise_for_status()
            written = _read(answer.content, sound)
        except (httpx.HTTPError, msgspec.MsgspecError, ValueError) as error:
            self._breaker.failed()
            raise UnavailableError(f"{self.name}: {error}") from error
        self._breaker.answered(began)
        return written


def _wav(pcm: bytes) -> bytes:
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return kept.getvalue()


def _read(content: bytes, sound: Sound) -> Writing:
    if len(content) > LARGEST_ANSWER:
        raise ValueError("the answer is too large")
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
