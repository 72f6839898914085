"""Figures, live and of the past, computed by the functions of `domain.figures` and by nothing else (spec 1 §8)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from valvomo.db import floor, journal
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.colleagues import figures_scope
from valvomo.domain.figures import outcomes
from valvomo.domain.figures.history import MOST_DAYS, days
from valvomo.domain.figures.outcomes import Outcome, ServiceLevel, outcome_of
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.figures import (
    History,
    HistoryItem,
    LiveFigures,
    OfferCounts,
    Today,
    by_queue,
    of_scope,
    service_level_item,
)
from valvomo.protocol.lookups import Lookups

SLACK = timedelta(minutes=1)
"""Facts are in order of commit, which can differ from that of their times by so much at the very most."""
_COUNTED = {
    "offer_made": "offered",
    "offer_accepted": "accepted",
    "offer_rejected": "rejected",
    "offer_expired": "expired",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the figures of a period are counted from."""

    outcomes: list[Outcome]
    responses: list[tuple[str, datetime, datetime]]
    offers: list[tuple[str, datetime, str]]
    lookups: Lookups


async def live(tx: Transaction, actor: Actor, now: datetime) -> LiveFigures:
    """What the caller's queues look like right now."""
    found = await floor.load(tx, actor.organization_id, now)
    agents = [agent for agent, _ in found.agents.values()]
    today = Today(found.day, [outcome_of(one) for one in found.closed_today])
    queues = by_queue(today, found.ongoing, agents, found.lookups)
    return LiveFigures(at=now, items=of_scope(queues, figures_scope(actor), agents, found.day))


async def history(
    tx: Transaction, actor: Actor, period: tuple[datetime, datetime], by: frozenset[str]
) -> History | Refusal:
    """Figures of a period, parted `by` day, queue, both or neither; days are those of the organization's place."""
    since, until = (_aware(moment) for moment in period)
    if not since < until or until - since > timedelta(days=MOST_DAYS):
        return Refusal(Reason.MALFORMED, {"from": since, "to": until, "days": MOST_DAYS})
    scope = figures_scope(actor)
    past = await _past(tx, actor.organization_id, since, until)
    row = await tx.row("house.organization", actor.organization_id)
    zone = ZoneInfo(row["time_zone"] if row else "UTC")
    queues = [one for one in past.lookups.queues if scope is None or one in scope]
    parts = [(day.isoformat(), _aware(begin), _aware(end)) for day, begin, end in days(since, until, zone)]
    whole: list[tuple[str | None, datetime, datetime]] = [(None, since, until)]
    items = [
        _item(past, day, (begin, end), chosen)
        for day, begin, end in (parts if "day" in by else whole)
        for chosen in ([[one] for one in queues] if "queue" in by else [queues])
    ]
    if "queue" in by:
        items = [
            _of_queue(item, queues[place % len(queues)], past.lookups) for place, item in enumerate(items)
        ]
    return History(since=since, until=until, items=tuple(items))


def _item(past: Past, day: str | None, period: tuple[datetime, datetime], queues: list[str]) -> HistoryItem:
    since, until = period
    mine = [one for one in past.outcomes if one.queue_id in queues]
    goals = {past.lookups.queues[one].service_level_seconds for one in queues}
    level = ServiceLevel()
    for one in queues:
        inside = [outcome for outcome in mine if outcome.queue_id == one]
        goal = past.lookups.queues[one].service_level_seconds
        level = level.plus(outcomes.service_level(inside, goal, since, until))
    return HistoryItem(
        day=day,
        queue=None,
        queue_name=None,
        since=since,
        until=until,
        started=outcomes.started(mine, since, until),
        completed=outcomes.completed(mine, since, until),
        abandoned=outcomes.abandoned(mine, since, until),
        force_closed=outcomes.force_closed(mine, since, until),
        auto_closed=outcomes.auto_closed(mine, since, until),
        speed_of_answer=outcomes.speed_of_answer(mine, since, until),
        first_response=_first_response(past, queues, period),
        service_level=service_level_item(level, goals.pop() if len(goals) == 1 else None),
        offers=_offers(past, queues, period),
    )


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _of_queue(item: HistoryItem, queue_id: str, lookups: Lookups) -> HistoryItem:
    named: dict[str, Any] = {name: getattr(item, name) for name in HistoryItem.__struct_fields__}
    return HistoryItem(**{**named, "queue": queue_id, "queue_name": lookups.queues[queue_id].name})


def _first_response(past: Past, queues: Iterable[str], period: tuple[datetime, datetime]) -> float | None:
    """Mean seconds from queueing to the first agent message, of those first answered in the period."""
    inside = set(queues)
    waits = [
        (answered - queued).total_seconds()
        for queue, queued, answered in past.responses
        if queue in inside and period[0] <= answered < period[1]
    ]
    return sum(waits) / len(waits) if waits else None


def _offers(past: Past, queues: Iterable[str], period: tuple[datetime, datetime]) -> OfferCounts:
    inside, counts = set(queues), dict.fromkeys(_COUNTED.values(), 0)
    for kind, at, queue in past.offers:
        if queue in inside and period[0] <= at < period[1]:
            counts[_COUNTED[kind]] += 1
    return OfferCounts(**counts)


async def _past(tx: Transaction, organization_id: str, since: datetime, until: datetime) -> Past:
    rows = await tx.rows("figures.outcomes", organization_id, since, until)
    head = await journal.head(tx, organization_id)
    first = await position_before(tx, organization_id, since - SLACK, head)
    last = await position_before(tx, organization_id, until + SLACK, head)
    offers = await tx.rows("figures.offers", organization_id, first, last, since, until)
    return Past(
        outcomes=[
            Outcome(
                queue_id=row["queue_id"],
                queued_at=row["queued_at"],
                accepted_at=row["accepted_at"],
                closed_at=row["closed_at"],
                closed_as=row["closed_as"],
            )
            for row in rows
        ],
        responses=[
            (row["queue_id"], row["queued_at"], row["first_response_at"])
            for row in rows
            if row["first_response_at"]
        ],
        offers=[(row["kind"], row["at"], row["queue_id"]) for row in offers],
        lookups=await floor.lookups(tx, organization_id),
    )


async def position_before(tx: Transaction, organization_id: str, moment: datetime, head: int) -> int:
    """The last position whose fact is older than the moment; positions are gapless, so halving finds it."""
    low, high = 0, head
    while low < high:
        middle = (low + high + 1) // 2
        at = await tx.value("figures.at_position", organization_id, middle)
        if at is not None and at < moment:
            low = middle
        else:
            high = middle - 1
    return low
