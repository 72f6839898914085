"""What the house and a process of the engine say to each other over its pipes."""

from __future__ import annotations

from enum import StrEnum

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

ASKED = msgspec.msgpack.Decoder(Asked)
SAID: msgspec.msgpack.Decoder[Said] = msgspec.msgpack.Decoder(Said)
