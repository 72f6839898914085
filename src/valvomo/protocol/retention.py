"""After how many days what was written goes: what administrators send and see."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from valvomo.domain.retention.rule import FEWEST_DAYS, MOST_DAYS
from valvomo.protocol.requests import Request

Days = Annotated[int, Meta(ge=FEWEST_DAYS, le=MOST_DAYS)]


class RetentionRequest(Request, frozen=True, kw_only=True):
    """The whole rule. `written_days` after a conversation was closed what was written in it goes; null keeps it."""

    written_days: Days | None


class DueDocument(Struct, frozen=True, kw_only=True):
    """Conversations whose days are over and in which is still what was written; since when the longest is closed."""

    conversations: int
    oldest_closed_at: datetime | None


class RetentionDocument(Struct, frozen=True, kw_only=True):
    """The rule, and what is due by it and goes with the next rounds."""

    written_days: int | None
    due: DueDocument
