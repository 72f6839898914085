"""Recordings of calls as they are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec


class TrackItem(msgspec.Struct, frozen=True, kw_only=True):
    """What one party has said: from `began` seconds after the recording's beginning on, `seconds` long.

    `part` is who they were in the call: customer, agent, consult or speaker, who is a supervisor that had joined.
    """

    id: str
    name: str
    part: str
    began: float
    seconds: float


class RecordingItem(msgspec.Struct, frozen=True, kw_only=True):
    """A recording: going on, kept, of which something failed, or removed after its days; and what it is made of."""

    id: str
    began_at: datetime
    state: Literal["going", "kept", "failed", "removed"]
    keep_until: datetime
    tracks: tuple[TrackItem, ...]


class Recordings(msgspec.Struct, frozen=True, kw_only=True):
    """Those of a conversation, oldest first."""

    items: tuple[RecordingItem, ...]
