"""Scheduled reports as they are asked for and shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from msgspec import Meta, Struct

from valvomo.domain.figures.schedules import Every
from valvomo.protocol.exports import Purpose, Words
from valvomo.protocol.lookups import Named
from valvomo.protocol.requests import Request

Address = Annotated[str, Meta(pattern=r"^[^@\s<>,;]+@[^@\s<>,;]+$(?!\n)", max_length=254)]


class ScheduleRequest(Request, frozen=True, kw_only=True):
    """A report by mail: each day, each Monday or each first of a month, so many minutes after midnight."""

    name: Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\r\n]*$(?!\n)")]
    every: Every
    minute: Annotated[int, Meta(ge=0, le=1439)] = 7 * 60
    recipients: Annotated[tuple[Address, ...], Meta(min_length=1, max_length=50)]
    queues: Words = ()
    purpose: Purpose


class ScheduleDocument(Struct, frozen=True, kw_only=True):
    """A scheduled report, and when it is due next."""

    id: str
    name: str
    owner: Named
    every: Every
    minute: int
    recipients: list[str]
    queues: list[str]
    purpose: str
    due: datetime
    created_at: datetime
