"""After how many days what was written goes: what administrators send and see."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from valvomo.domain.retention.rule import FEWEST_DAYS, MOST_DAYS
from valvomo.protocol.requests import Request

Days = Annotated[int, Meta(ge=FEWEST_DAYS, le=MOST_DAYS)]


class RetentionRequest(Request, frozen=True, kw_only=True):
    """The whole rule. `written_days` after a conversation was closed what was written in it goes; null keeps it.

    `contact_days` after anything went on with a customer they are removed for good; null, or left out, keeps them.
    """

    written_days: Days | None
    contact_days: Days | None = None


class DueDocument(Struct, frozen=True, kw_only=True):
    """Conversations whose days are over and in which is still what was written; since when the longest is closed.

    `contacts`: customers whose days are over.
    """

    conversations: int
    oldest_closed_at: datetime | None
    contacts: int


class RetentionDocument(Struct, frozen=True, kw_only=True):
    """The rule, and what is due by it and goes with the next rounds."""

    written_days: int | None
    contact_days: int | None
    due: DueDocument
