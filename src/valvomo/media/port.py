"""The port to engines of calls: what an engine is asked, and what it tells.

An engine carries media and knows nothing else: who may be in a call is decided before it is asked, and who hears whom
is a matrix of `domain/calls/hearing.py` that it applies. All ids are the caller's. Whatever is asked twice is done
once, and what is asked of a leg or call that is gone does nothing: an end may always come first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from valvomo.domain.calls.hearing import Matrix


class OfferError(Exception):
    """A description of a browser's session (RFC 8866) that cannot be answered; `str` says why."""


class GoneError(LookupError):
    """The call is not open, or not any more."""


class RecordingError(Exception):
    """A recording that cannot begin; `str` says why."""


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


class Connected(msgspec.Struct, frozen=True, tag="connected"):
    """Media can flow between a leg and the engine."""

    call_id: str
    leg_id: str


class Lost(msgspec.Struct, frozen=True, tag="lost"):
    """Nothing has come from a leg for some seconds, or it never came: its browser or network is gone."""

    call_id: str
    leg_id: str


class Speaking(msgspec.Struct, frozen=True, tag="speaking"):
    """A leg has begun to speak, or stopped."""

    call_id: str
    leg_id: str
    speaking: bool


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """A part of the engine has died with these calls.

    Of their recordings there is what had been written, up to the last second; each file says in its comments of which
    recording and leg it is.
    """

    call_ids: tuple[str, ...]


class Track(msgspec.Struct, frozen=True):
    """What one leg has said in a recording: a file of Opus in Ogg (RFC 7845), from when it first said anything.

    `name` is the leg's. `began` in seconds from the beginning of the recording, and `seconds` long: what was paused or
    on hold is silence in it, so that all tracks of a recording can be played in step.
    """

    file: str
    leg_id: str
    name: str
    began: float
    seconds: float


class Recorded(msgspec.Struct, frozen=True, tag="recorded"):
    """A recording is over, and its files are whole; `failed` is why something of it could not be written."""

    call_id: str
    recording_id: str
    tracks: tuple[Track, ...]
    failed: str = ""


Happening = Connected | Lost | Speaking | Recorded | Gone


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How a leg does. Packets since it came; `up` is what came from it, `down` what went to it.

    `lost` are shares of packets that did not arrive, lately, from 0 to 1; `jitter` and `round_trip` in seconds, None
    where that is not known yet. `refused` are packets that came from a leg that sends nothing: they were thrown away.
    """

    up: int = 0
    down: int = 0
    refused: int = 0
    lost_up: float | None = None
    lost_down: float | None = None
    jitter: float | None = None
    round_trip: float | None = None


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

    async def add_web_leg(self, leg: WebLeg) -> str:
        """A browser comes, or comes back from another network with a new offer; the answer to its offer.

        It hears nothing until a matrix says so. Raises `OfferError`, and `GoneError`.
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
        """Who hears whom from now on, and whose sound may be kept, all at once.

        A leg that is absent hears nothing, and of one that is not in `kept` nothing is recorded or written down.
        """
        ...

    async def start_recording(self, call_id: str, recording_id: str, folder: str) -> None:
        """From now on what may be kept of a call is written to files of that folder, one for each leg.

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

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """How each leg of a call does."""
        ...

    def happenings(self) -> AsyncIterator[Happening]:
        """What happens, as it happens; for one reader."""
        ...
