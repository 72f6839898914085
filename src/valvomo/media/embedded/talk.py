"""What the house and a process of the engine say to each other: four bytes of length, then MessagePack."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Any

import msgspec

from valvomo.domain.calls.hearing import Hears
from valvomo.media.port import Connected, Gone, Lost, Quality, Recorded, Speaking, WebLeg

MOST_BYTES = 1 << 20


class Open(msgspec.Struct, frozen=True, tag=True):
    """`Engine.open_call`."""

    call_id: str


class End(msgspec.Struct, frozen=True, tag=True):
    """`Engine.end_call`."""

    call_id: str


class Add(msgspec.Struct, frozen=True, tag=True):
    """`Engine.add_web_leg`."""

    leg: WebLeg


class Remove(msgspec.Struct, frozen=True, tag=True):
    """`Engine.remove_leg`."""

    call_id: str
    leg_id: str


class Move(msgspec.Struct, frozen=True, tag=True):
    """`Engine.move_leg`."""

    call_id: str
    leg_id: str
    to_call_id: str


class Route(msgspec.Struct, frozen=True, tag=True):
    """`Engine.set_routes`."""

    call_id: str
    matrix: dict[str, Hears]
    kept: frozenset[str]


class Record(msgspec.Struct, frozen=True, tag=True):
    """`Engine.start_recording`."""

    call_id: str
    recording_id: str
    folder: str


class Recording(StrEnum):
    """What becomes of a recording that goes on."""

    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class Turn(msgspec.Struct, frozen=True, tag=True):
    """`Engine.pause_recording`, `Engine.resume_recording` and `Engine.stop_recording`."""

    call_id: str
    recording_id: str
    to: Recording


class Measure(msgspec.Struct, frozen=True, tag=True):
    """`Engine.quality`."""

    call_id: str


Operation = Open | End | Add | Remove | Move | Route | Record | Turn | Measure


class Asked(msgspec.Struct, frozen=True):
    """An operation, and the number under which it is answered."""

    number: int
    operation: Operation


class Answered(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """What came of one: a description or qualities where it has them; or why it was refused."""

    number: int
    description: str = ""
    qualities: dict[str, Quality] = {}
    refused: str | None = None
    unrecorded: str | None = None
    gone: str | None = None


Said = Answered | Connected | Lost | Speaking | Recorded | Gone

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
