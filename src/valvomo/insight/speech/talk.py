"""What the house and a process that writes say to each other over its pipes."""

from __future__ import annotations

import asyncio

import msgspec

from valvomo.domain.speech.choice import SpeechBackend
from valvomo.insight.speech.port import Sound, Writing
from valvomo.pipes import unpacked

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


_ANSWERED = msgspec.msgpack.Decoder(Answered)


async def answer(reader: asyncio.StreamReader) -> Answered:
    """The next answer. Raises `EOFError` at the end of the pipe, `ValueError` for what is none."""
    said: Answered | None = await unpacked(reader, _ANSWERED, MOST_BYTES)
    if said is None:
        raise EOFError("the process has ended")
    return said
