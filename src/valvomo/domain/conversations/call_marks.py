"""The call that a conversation is in, or that its customer is asked to come into (spec 1 §1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kept(StrEnum):
    """What a workstream keeps of its calls: nothing, what was said in writing only, or with the sound (spec 1 §5)."""

    OFF = "off"
    TRANSCRIPT = "transcript"
    RECORDING = "recording"


class TroubleKind(StrEnum):
    """What goes wrong in a call: somebody's `network` does badly, or both sides speak at once (`overtalk`)."""

    NETWORK = "network"
    OVERTALK = "overtalk"


USUAL_DAYS = 90
"""For which a call is kept unless a workstream says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What is kept of a call, `paused` for now or not; its times count from `since`, None where that is not known."""

    id: str
    kept: Kept
    paused: bool = False
    since: datetime | None = None


class Line(StrEnum):
    """How a customer's telephone is: to be called once an agent has them, called just now, connected, not reached."""

    WANTED = "wanted"
    DIALLING = "dialling"
    UP = "up"
    MISSED = "missed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telephone:
    """The customer's telephone: its number in E.164, "" where that is withheld, and the trunk's account.

    `called` is the number of ours that they have called, "" where we call or the trunk does not say. `tries`: how often
    the house has called; `why` the last call came to nothing, None where it did not.
    """

    account_id: str
    number: str
    line: Line = Line.UP
    tries: int = 0
    why: str | None = None
    called: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Since when something goes wrong. `side` is whose network it is, `customer` or `agent`; empty for overtalk."""

    kind: TroubleKind
    since: datetime
    side: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`asked`: the customer of a text conversation has not answered yet. On hold since `held_since`, or not at all.

    `telephone`: the customer is on the telephone, None where they have a window.
    """

    id: str
    video: bool
    since: datetime
    asked: bool = False
    held_since: datetime | None = None
    recording: Recording | None = None
    troubles: tuple[Trouble, ...] = ()
    telephone: Telephone | None = None

    @property
    def going_on(self) -> bool:
        """Whether people can be in it: nobody is while its customer is asked, or cannot be spoken to."""
        line = self.telephone.line if self.telephone else Line.UP
        return not self.asked and line in (Line.UP, Line.DIALLING)
