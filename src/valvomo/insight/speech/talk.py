"""What the house and a process that writes say to each other: four bytes of length, then MessagePack."""

from __future__ import annotations

import asyncio

import msgspec

from valvomo.domain.speech.choice import SpeechBackend
from valvomo.insight.speech.port import Sound, Writing

MOST_BYTES = 1 << 22
"""Of a message: two minutes of sound, of which an utterance has a quarter of one."""


class Asked(msgspec.Struct, frozen=True):
    """An utterance, and who is to write it down."""

    backend: SpeechBackend
    sound: Sound


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """Who has written (`name`), and what; or why nobody could (`refused`)."""

    name: str = ""
    writing: Writing | None = None
    refused: str = ""


_ENCODER = msgspec.msgpack.Encoder()


def packed(message: object) -> bytes:
    """A message as it goes over a pipe."""
    body = _ENCODER.encode(message)
    return len(body).to_bytes(4) + body


def checked(head: bytes) -> int:
    """The length that a message begins with; raises `ValueError` for one that cannot be."""
    length = int.from_bytes(head)
    if length > MOST_BYTES:
        raise ValueError(f"a message of {length} bytes")
    return length


async def answer(reader: asyncio.StreamReader) -> Answered:
    """The next answer. Raises `EOFError` at the end of the pipe, `ValueError` for what is none."""
    length = checked(await reader.readexactly(4))
    return msgspec.msgpack.decode(await reader.readexactly(length), type=Answered)
