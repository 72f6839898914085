"""The port to engines of calls: what an engine is asked, and what it tells.

An engine carries media and knows nothing else: who may be in a call is decided before it is asked, and who hears whom
is a matrix of `domain/calls/hearing.py` that it applies. All ids are the caller's. Whatever is asked twice is done
once, and what is asked of a leg or call that is gone does nothing: an end may always come first.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from valvomo.domain.calls.hearing import Matrix
from valvomo.media.happenings import (
    Connected,
    Dialled,
    Gone,
    Happening,
    Heard,
    Lost,
    Played,
    Pressed,
    Quality,
    Recorded,
    Speaking,
    Track,
)

__all__ = (
    "KEYS", "RATES", "Agreed", "Connected", "Dialled", "Engine", "Gone", "GoneError", "Happening", "Heard", "Kind",
    "Lost", "OfferError", "PcmLeg", "Played", "Pressed", "Quality", "Recorded", "RecordingError", "SoundError",
    "Speaking", "Track", "WebLeg", "checked_keys", "checked_rate", "checked_sound",
)  # fmt: skip


class OfferError(Exception):
    """A description of a browser's session (RFC 8866) that cannot be answered; `str` says why."""


class GoneError(LookupError):
    """The call is not open, or not any more."""


class RecordingError(Exception):
    """A recording that cannot begin; `str` says why."""


class SoundError(Exception):
    """Something that cannot be played; `str` says why."""


class Kind(StrEnum):
    """What a leg carries."""

    AUDIO = "audio"
    VIDEO = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLeg:
    """A browser comes into a call with the offer it has made.

    `sends` is what may come from it: an engine takes nothing else, and negotiates nothing else. A listener sends
    nothing. `name` is for logs.
    """

    call_id: str
    leg_id: str
    offer: str
    sends: frozenset[Kind] = frozenset({Kind.AUDIO})
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What an engine says to a browser's offer: its answer.

    Some engines send by a connection of their own, beside the one by which the browser does: then `offer` is what they
    offer there, and what the browser answers goes to `take_answer`. It is empty where all goes by one connection.
    """

    answer: str
    offer: str = ""


RATES = frozenset({8_000, 16_000, 24_000, 48_000})
"""Samples a second that plain sound may have."""
MOST_SOUND = 1 << 24
"""Bytes of a file that is played."""
KEYS = frozenset("0123456789*#ABCD")
"""Of a telephone (RFC 4733 §3.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PcmLeg:
    """A telephone, or whoever else has no browser: plain sound comes from and goes to it, at `rate`.

    Plain sound is one channel of 16 bits, little-endian. `name` is for logs and recordings.
    """

    call_id: str
    leg_id: str
    rate: int = 8_000
    name: str = ""


def checked_rate(rate: int) -> int:
    """A rate of plain sound; raises `ValueError` for one that is not known."""
    if rate not in RATES:
        raise ValueError(f"plain sound has {', '.join(map(str, sorted(RATES)))} samples a second")
    return rate


def checked_sound(sound: bytes) -> bytes:
    """A file that is to be played; raises `SoundError` for one that is too large, whatever is in it."""
    if len(sound) > MOST_SOUND:
        raise SoundError(f"larger than {MOST_SOUND >> 20} MB")
    return sound


def checked_keys(keys: str) -> str:
    """Keys of a telephone; raises `ValueError` where there are others, or none."""
    if not keys or not KEYS.issuperset(keys):
        raise ValueError("keys are digits, '*', '#', and A to D")
    return keys


class Engine(Protocol):
    """One engine. Operations raise `ConnectionError` where it is not there, and otherwise only what they say."""

    async def open_call(self, call_id: str, *, beside: str = "") -> None:
        """Begin a call without anybody in it; legs can be moved between it and the call that it is opened beside."""
        ...

    async def end_call(self, call_id: str) -> None:
        """Nobody of the call sends or hears anything from now on."""
        ...

    async def calls(self) -> frozenset[str]:
        """The calls that are open."""
        ...

    async def add_web_leg(self, leg: WebLeg) -> Agreed:
        """A browser comes, or comes back from another network with a new offer; the answer to its offer.

        It hears nothing until a matrix says so. Raises `OfferError`, and `GoneError`.
        """
        ...

    async def take_answer(self, call_id: str, leg_id: str, answer: str) -> None:
        """What a browser answers to what the engine has offered it; raises `OfferError`."""
        ...

    async def add_pcm_leg(self, leg: PcmLeg) -> None:
        """Somebody without a browser comes; `Connected` is told as soon as something comes from them.

        It hears nothing until a matrix says so. Raises `GoneError`, and `ValueError` for a rate that is not known.
        """
        ...

    async def feed(self, call_id: str, leg_id: str, pcm: bytes) -> None:
        """What has come from a leg without a browser, in pieces of any length, at the pace at which it was said.

        Also of who is silent silence has to come: a leg from which nothing comes is lost.
        """
        ...

    def sound(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard | Dialled, None]:
        """What a leg without a browser hears, all of it mixed, at its own rate, from when it is read; for one reader.

        It ends with the leg. What is not read for some seconds is dropped, the oldest first.
        """
        ...

    async def remove_leg(self, call_id: str, leg_id: str) -> None:
        """Nothing goes to or comes from the leg any more."""
        ...

    async def move_leg(self, call_id: str, leg_id: str, to_call_id: str) -> None:
        """The leg is in another call now, where it hears nothing until a matrix says so.

        Raises `GoneError` where the other call is not open, and `ValueError` where the two were not opened beside each
        other; the leg stays where it is.
        """
        ...

    async def set_routes(self, call_id: str, matrix: Matrix, *, kept: AbstractSet[str] = frozenset()) -> None:
        """Who hears and sees whom from now on, and whose sound may be kept, all at once.

        A leg that is absent hears and sees nothing, and of one that is not in `kept` nothing is recorded or written
        down.
        """
        ...

    async def start_recording(
        self, call_id: str, recording_id: str, folder: str, *, ago: float = 0.0
    ) -> None:
        """From now on what may be kept of a call is written to files of that folder, one for each leg.

        What began `ago` seconds ago, with another engine, goes on with this one: times in it count from then.
        It ends with `stop_recording` or with the call, and is told as `Recorded`. Raises `GoneError`, and
        `RecordingError` where the folder is not there or the id could not be the name of a file.
        """
        ...

    async def pause_recording(self, call_id: str, recording_id: str) -> None:
        """Nothing is kept until it is resumed; it is silence in the files."""
        ...

    async def resume_recording(self, call_id: str, recording_id: str) -> None:
        """What is said is kept again."""
        ...

    async def stop_recording(self, call_id: str, recording_id: str) -> None:
        """Nothing more is kept; the files are told as soon as they are whole."""
        ...

    def tap(self, call_id: str, leg_id: str) -> AsyncGenerator[Heard, None]:
        """What a leg says, at 16 kHz, from when it is read: while it may be kept, and as long as the call is there.

        What is not read for some seconds is dropped, the oldest first.
        """
        ...

    async def play(self, call_id: str, leg_id: str, sound: bytes, *, loop: bool = False) -> None:
        """Play a file of WAV or Ogg to one leg, again and again or once, which is told as `Played`.

        It takes the place of music and of what was played before, and is heard beside whoever else is. Raises
        `SoundError` for what cannot be played.
        """
        ...

    async def stop_play(self, call_id: str, leg_id: str) -> None:
        """Nothing is played to the leg any more."""
        ...

    async def dtmf(self, call_id: str, leg_id: str, keys: str) -> None:
        """The source of a leg without a browser tells of keys that were pressed there; each is told as `Pressed`.

        Raises `ValueError` for what is no key.
        """
        ...

    async def send_dtmf(self, call_id: str, leg_id: str, keys: str) -> None:
        """Have keys pressed at the other side of a leg without a browser: its sound says so as `Dialled`.

        Raises `ValueError` for what is no key.
        """
        ...

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """How each leg of a call does."""
        ...

    def happenings(self) -> AsyncIterator[Happening]:
        """What happens, as it happens; for one reader."""
        ...
