"""The port to engines of calls: what an engine is asked, and what it tells.

An engine carries media and knows nothing else: who may be in a call is decided before it is asked, and who hears whom
is a matrix of `domain/calls/hearing.py` that it applies. All ids are the caller's. Whatever is asked twice is done
once, and what is asked of a leg or call that is gone does nothing: an end may always come first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import msgspec

from valvomo.domain.calls.hearing import Matrix


class OfferError(Exception):
    """A description of a browser's session (RFC 8866) that cannot be answered; `str` says why."""


class GoneError(LookupError):
    """The call is not open, or not any more."""


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
    """A part of the engine has died with these calls."""

    call_ids: tuple[str, ...]


Happening = Connected | Lost | Speaking | Gone


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

    async def set_routes(self, call_id: str, matrix: Matrix) -> None:
        """Who hears whom from now on, all at once; a leg that is absent hears nothing."""
        ...

    async def quality(self, call_id: str) -> dict[str, Quality]:
        """How each leg of a call does."""
        ...

    def happenings(self) -> AsyncIterator[Happening]:
        """What happens, as it happens; for one reader."""
        ...
