"""What simulated people decide to do next, and when. Seconds are those of their own clock (see `pace`)."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Say:
    """Write this to everyone."""

    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """Write this to colleagues only; `whisper` answers a supervisor's whisper."""

    text: str
    whisper: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing for so long, unless something happens."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Away:
    """Close the page and come back after so long; None is never."""

    seconds: float | None


@dataclass(frozen=True, slots=True)
class End:
    """The customer or the agent ends it."""


@dataclass(frozen=True, slots=True)
class Park:
    """The agent puts it aside until the customer writes."""


@dataclass(frozen=True, slots=True)
class Resume:
    """The agent takes up what they parked."""


@dataclass(frozen=True, slots=True)
class Complete:
    """The agent completes wrap-up."""

    disposition: str


@dataclass(frozen=True, slots=True)
class Gone:
    """It is over."""


CustomerMove = Say | Wait | Away | End | Gone
AgentMove = Say | Note | Wait | End | Park | Resume | Complete


def happens(dice: random.Random, share: float) -> bool:
    """True in this share of cases."""
    return dice.random() < share
