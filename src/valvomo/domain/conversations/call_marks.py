"""The call that a conversation is in, or that its customer is asked to come into (spec 1 §1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kept(StrEnum):
    """What a workstream keeps of its calls: nothing, or their sound (spec 1 §5)."""

    OFF = "off"
    RECORDING = "recording"


USUAL_DAYS = 90
"""For which a call is kept unless a workstream says otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """What is kept of a call, `paused` for now or not."""

    id: str
    kept: Kept
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`asked`: the customer of a text conversation has not answered yet. On hold since `held_since`, or not at all."""

    id: str
    video: bool
    since: datetime
    asked: bool = False
    held_since: datetime | None = None
    recording: Recording | None = None
