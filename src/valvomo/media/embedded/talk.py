"""What the house and a process of the engine say to each other: four bytes of length, then MessagePack."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Any

import msgspec

from valvomo.media.embedded.operations import Operation
from valvomo.media.port import (
    Agreed,
    Connected,
    Dialled,
    Gone,
    GoneError,
    Heard,
    Lost,
    OfferError,
    Played,
    Pressed,
    Quality,
    Recorded,
    RecordingError,
    SoundError,
    Speaking,
)

MOST_BYTES = 1 << 25
"""Of a message: five minutes of plain sound at 48 kHz are less."""


class Asked(msgspec.Struct, frozen=True):
    """An operation, and the number under which it is answered; 0 for one that is not."""

    number: int
    operation: Operation


class Refused(StrEnum):
    """Which of the port's errors an answer is."""

    OFFER = "offer"
    RECORDING = "recording"
    SOUND = "sound"
    GONE = "gone"


ERRORS: dict[Refused, type[Exception]] = {
    Refused.OFFER: OfferError,
    Refused.RECORDING: RecordingError,
    Refused.SOUND: SoundError,
    Refused.GONE: GoneError,
}


class Answered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What came of one: a description or qualities where it has them; or as what it was refused, and why."""

    number: int
    description: str = ""
    qualities: dict[str, Quality] = {}
    refused: Refused | None = None
    why: str = ""


class Sound(msgspec.Struct, frozen=True, tag=True):
    """A piece of what somebody listens to, under the number of their `Listen`; None at its end."""

    number: int
    heard: Heard | Dialled | None


Found = Agreed | str | dict[str, Quality] | None
"""What operations come to."""
Said = Answered | Sound | Connected | Lost | Speaking | Pressed | Played | Recorded | Gone

_ENCODER = msgspec.msgpack.Encoder()
ASKED = msgspec.msgpack.Decoder(Asked)
SAID: msgspec.msgpack.Decoder[Said] = msgspec.msgpack.Decoder(Said)


def packed(message: object) -> bytes:
    """A message as it goes over the pipe."""
    body = _ENCODER.encode(message)
    return len(body).to_bytes(4) + body


async def unpacked(reader: asyncio.StreamReader, decoder: msgspec.msgpack.Decoder[Any]) -> Any:
    """The next message, None at the end of the pipe. Raises `ValueError` for what is none."""
    try:
        length = int.from_bytes(await reader.readexactly(4))
        if length > MOST_BYTES:
            raise ValueError(length)
        return decoder.decode(await reader.readexactly(length))
    except asyncio.IncompleteReadError:
        return None
