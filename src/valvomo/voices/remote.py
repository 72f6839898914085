"""Any endpoint that speaks OpenAI's speech (`POST …/audio/speech`): in the house or elsewhere.

Nothing but the words of the house goes there, and nothing of who hears them. An endpoint that fails or keeps others
waiting is left alone for a while (`Breaker`).
"""

from __future__ import annotations

import time
from collections.abc import Callable

from valvomo.insight.endpoint import Endpoint
from valvomo.voices.port import FORMATS

SECONDS = 8.0
SLOW_SECONDS = 5.0
LARGEST = 8 << 20
"""Bytes of a sentence: more than two minutes at 24 kHz."""


class RemoteVoice:
    """One endpoint, one model of it; `voice` is whose, by the endpoint's own name, empty for its usual one.

    `url` is the base, such as ``http://127.0.0.1:8000/v1``.
    """

    def __init__(
        self,
        url: str,
        model: str,
        key: str = "",
        voice: str = "",
        *,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._model = model
        self._voice = voice
        self._endpoint = Endpoint(
            self.name, url, key, seconds=seconds, slow=SLOW_SECONDS, largest=LARGEST, clock=clock
        )

    @property
    def name(self) -> str:
        """`openai` and the model."""
        return named(self._model)

    def say(self, text: str, language: str) -> bytes:
        """See `Voice`; such an endpoint hears the language from the words."""
        del language
        asked = {"model": self._model, "input": text, "response_format": "wav"}
        if self._voice:
            asked["voice"] = self._voice
        return self._endpoint.ask("audio/speech", _checked, json=asked)


def named(model: str) -> str:
    """What such an endpoint is called."""
    return f"openai {model}"


def _checked(content: bytes) -> bytes:
    if not content.startswith(FORMATS):
        raise ValueError("the answer is neither WAV nor Ogg")
    return content
