"""The call that a conversation is in, or that its customer is asked to come into (spec 1 §1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`asked`: the customer of a text conversation has not answered yet. On hold since `held_since`, or not at all."""

    id: str
    video: bool
    since: datetime
    asked: bool = False
    held_since: datetime | None = None
