"""The port to trunks: what a trunk of telephone calls is asked, and what it tells.

A trunk is one channel account that is open: a socket of a provider, or a program that speaks SIP. It carries signalling
and plain sound and knows nothing of the house; who may be called, and who hears whom, is decided before it is asked.

Plain sound is one channel of 16 bits, little-endian, 8,000 samples a second: 320 bytes are 20 ms. Calls are named by
the trunk's own ids, unique for ever in its account. Numbers are E.164 (+358…) where that is known, and "" where the
caller withholds theirs. Each call that was told of or dialled is told as `Ended` once, whoever ended it and however the
trunk fails. What is asked of a call that is over does nothing: an end may always come first.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Protocol

import msgspec

RATE = 8_000
"""Samples a second."""
FRAME_BYTES = 320
"""Of 20 ms."""


class TrunkError(Exception):
    """A call that cannot be dialled; `why` is for the conversation, `str` for the log."""

    def __init__(self, why: Why, detail: str = "") -> None:
        super().__init__(f"{why.value} {detail}".strip())
        self.why = why
        self.detail = detail


class Why(StrEnum):
    """How a call ended.

    `hung_up`: the other side did, or the caller before anybody answered. `ended`: we did. `busy`, `no_answer` and
    `declined` are by the one who was called, also by their network for them. `unreachable`: no such number, or it
    cannot be reached. `forbidden`: the trunk's account may not call there. `failed`: the trunk, its network, or ours.
    """

    HUNG_UP = "hung_up"
    ENDED = "ended"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    FORBIDDEN = "forbidden"
    FAILED = "failed"


class Refused(StrEnum):
    """Why a call that comes is not taken: SIP's 486, 480 and 603."""

    BUSY = "busy"
    CLOSED = "closed"
    DECLINED = "declined"


class Ringing(msgspec.Struct, frozen=True, tag="ringing"):
    """Somebody calls `called`; they hear that it rings until the call is taken, refused or given up.

    `vouched`: the network says that `caller` is their number. Who calls can write any other there.
    """

    call: str
    caller: str
    called: str
    vouched: bool = False


class Dialling(msgspec.Struct, frozen=True, tag="dialling"):
    """It rings at the one who is called; not every network says so."""

    call: str


class Answered(msgspec.Struct, frozen=True, tag="answered"):
    """Sound flows: the one who was called has answered, or a call that was taken is up."""

    call: str


class Ended(msgspec.Struct, frozen=True, tag="ended"):
    """The call is over; nothing is told of it any more. `detail` is the trunk's own code, for the log."""

    call: str
    why: Why
    detail: str = ""


class Keys(msgspec.Struct, frozen=True, tag="keys"):
    """The other side has pressed these keys: `0` to `9`, `*`, `#`, `A` to `D`."""

    call: str
    keys: str


class Sound(msgspec.Struct, frozen=True, tag="sound"):
    """What the other side says, in pieces of any length, at the pace at which it was said; of silence silence."""

    call: str
    pcm: bytes


class State(msgspec.Struct, frozen=True, tag="state"):
    """Whether calls can come and go, and why not (`why`, in the trunk's own words, without anything secret)."""

    ready: bool
    why: str = ""


Happening = Ringing | Dialling | Answered | Ended | Keys | Sound | State


class Trunk(Protocol):
    """One trunk that is open here. Operations raise nothing but what they say, whatever state it is in."""

    async def run(self) -> None:
        """Be there until cancelled; then every call is hung up, and nothing is left behind."""
        ...

    def happenings(self) -> AsyncIterator[Happening]:
        """What happens, as it happens; for one reader, who reads quickly. Of one call always in order."""
        ...

    async def take(self, call: str) -> None:
        """Answer a call that rings; `Answered` follows once sound flows, or `Ended`."""
        ...

    async def refuse(self, call: str, why: Refused) -> None:
        """Do not take a call that rings; `Ended` follows."""
        ...

    async def dial(self, call: str, to: str, caller: str) -> None:
        """Call a number, in E.164, under a name that the caller has made: 1 to 40 letters, digits and hyphens.

        `caller` is the number to be shown, "" for the account's own. `Answered` or `Ended` follows. Raises `TrunkError`
        where it is known at once that nothing rings.
        """
        ...

    async def end(self, call: str) -> None:
        """Hang up, or stop ringing; `Ended` follows."""
        ...

    def forget(self, call: str) -> None:
        """Another process has this call by now: nothing is told of it here, nor is it ended from here."""
        ...

    async def sound(self, call: str, pcm: bytes) -> None:
        """Let the other side hear this: 20 ms, given by the clock. What comes while it cannot be sent is dropped."""
        ...

    async def keys(self, call: str, keys: str) -> None:
        """Press keys at the other side, as `Keys` has them. They never are in a log: they may be a card's number."""
        ...

    async def hold(self, call: str) -> None:
        """Say to the network that the other side is on hold, where that can be said; sound is given all the same."""
        ...

    async def unhold(self, call: str) -> None:
        """They are not on hold any more."""
        ...

    async def transfer(self, call: str, to: str) -> None:
        """Let the network connect the other side with another number, in E.164, without us: `Ended` follows.

        Raises `TrunkError` where that is refused; the call then goes on.
        """
        ...
