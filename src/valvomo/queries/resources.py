"""What settings are made with, as it is shown: skills, hours, presences, templates, quick replies, dispositions.

Agents need most of it, so every account reads it; templates are for administrators.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from valvomo.db.hours import at_hand, hours_of
from valvomo.db.public_holidays import public_holidays
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Refusal
from valvomo.domain.routing.hours import is_open, next_closing, next_opening
from valvomo.protocol.clock import clock_spans
from valvomo.protocol.pages import Page
from valvomo.protocol.routing_settings import (
    DispositionDocument,
    Holiday,
    HoursDocument,
    PresenceDocument,
    QuickReplyDocument,
    SkillDocument,
    TemplateDocument,
)
from valvomo.queries.listing import Ready, as_they_are, one, page, shaped

T = TypeVar("T")
HOLIDAYS_AHEAD = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Reading:
    """Who reads, and when."""

    actor: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Kind(Generic[T]):
    """`subject` as commands call it, `rows` the statement that lists them, and how one is shown. `role` reads it.

    `ready` gets at hand what `shape` needs.
    """

    subject: str
    rows: str
    shape: Callable[[Any, Reading], T]
    ready: Callable[[Sequence[Any], Reading], Awaitable[None]] | None = None
    role: UserRole | None = None


async def listed(
    tx: Transaction,
    kind: Kind[T],
    reading: Reading,
    *,
    cursor: str | None,
    limit: int,
    queue_id: str | None = None,
) -> Page[T] | Refusal:
    """In order of their making; with `queue_id` those for this queue and for all."""
    return await page(
        tx,
        reading.actor,
        f"resources.{kind.rows}" if queue_id is None else f"resources.{kind.rows}_for",
        cursor=cursor,
        limit=limit,
        shape=lambda row: kind.shape(row, reading),
        ready=_ready(kind, reading),
        role=kind.role,
        more=() if queue_id is None else (queue_id,),
    )


async def single(tx: Transaction, kind: Kind[T], reading: Reading, resource_id: str) -> T | Refusal:
    """One of them."""
    return await one(
        tx,
        reading.actor,
        f"resources.{kind.rows}",
        thing=resource_id,
        shape=lambda row: kind.shape(row, reading),
        ready=_ready(kind, reading),
        role=kind.role,
    )


def _ready(kind: Kind[T], reading: Reading) -> Ready:
    wanted = kind.ready
    return as_they_are if wanted is None else lambda rows: wanted(rows, reading)


async def _calendars(rows: Sequence[Any], reading: Reading) -> None:
    await at_hand(rows, reading.at)
    if any(row["region"] for row in rows):
        # The names of holidays are looked up in calendars of the reader's language, which are worked out here.
        await asyncio.to_thread(lambda: [_holidays(row, reading) for row in rows])


def _hours(row: Any, reading: Reading) -> HoursDocument:
    hours = hours_of(row, reading.at)
    now_open = is_open(hours, reading.at)
    own = [date.fromisoformat(day) for day in sorted(row["special"])]
    return shaped(
        row,
        HoursDocument,
        weekly={str(day): clock_spans(spans) for day, spans in sorted(hours.weekly.items())},
        special={day: clock_spans(hours.special[day]) for day in own},
        open=now_open,
        changes_at=next_closing(hours, reading.at) if now_open else next_opening(hours, reading.at),
        holidays=_holidays(row, reading),
    )


def _holidays(row: Any, reading: Reading) -> list[Holiday]:
    region = row["region"]
    today = reading.at.astimezone(ZoneInfo(row["time_zone"])).date()
    years = (today.year, today.year + 1) if region else ()
    return [
        Holiday(date=day, name=name)
        for year in years
        for day, name in public_holidays(region, year, reading.actor.language).items()
        if today <= day < today + HOLIDAYS_AHEAD
    ]


SKILLS = Kind("skill", "skills", lambda row, _: shaped(row, SkillDocument))
HOURS = Kind("hours", "hours", _hours, _calendars)
PRESENCES = Kind("presence", "presences", lambda row, _: shaped(row, PresenceDocument))
TEMPLATES = Kind(
    "template", "templates", lambda row, _: shaped(row, TemplateDocument), role=UserRole.ADMINISTRATOR
)
QUICK_REPLIES = Kind("quick_reply", "quick_replies", lambda row, _: shaped(row, QuickReplyDocument))
DISPOSITIONS = Kind("disposition", "dispositions", lambda row, _: shaped(row, DispositionDocument))
