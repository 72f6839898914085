"""What commands answer beside the state of the conversation."""

from __future__ import annotations

import msgspec


class Departed(msgspec.Struct, frozen=True, kw_only=True):
    """It was done, and with that the conversation is none of the caller's any more."""

    id: str
    departed: bool
