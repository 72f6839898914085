"""An endpoint that speaks OpenAI's transcriptions, on loopback: it says what it is told to."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from email.parser import BytesParser
from typing import Any

from sample_endpoint import Endpoint as Standing
from sample_endpoint import answering

Parts = dict[str, Message]
Endpoint = Standing[Parts]


def answer(**body: Any) -> bytes:
    return json.dumps(body).encode()


def by_loudness(words: dict[int, str]) -> Callable[[Parts], tuple[int, bytes]]:
    """What was said by how loud it was said: tones of `tone`, the nearest of these levels."""

    def said(asked: Parts) -> tuple[int, bytes]:
        file = asked["file"].get_payload(decode=True)
        assert isinstance(file, bytes)
        with wave.open(io.BytesIO(file), "rb") as found:
            loudest = max(memoryview(found.readframes(found.getnframes())).cast("h"))
        nearest = min(words, key=lambda level: abs(level * 2**0.5 - loudest))
        return 200, answer(text=words[nearest])

    return said


@contextmanager
def transcriptions() -> Iterator[Endpoint]:
    """It, for as long as this."""
    with answering(lambda _: (200, answer(text="")), _parts) as stand_in:
        yield stand_in


def _parts(headers: Message, body: bytes) -> Parts:
    whole = BytesParser().parsebytes(
        b"Content-Type: " + headers["Content-Type"].encode() + b"\r\n\r\n" + body
    )
    parts = [one for one in whole.walk() if not one.is_multipart()]
    return {str(one.get_param("name", header="content-disposition")): one for one in parts}
