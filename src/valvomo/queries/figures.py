"""Figures, live and of the past, computed by the functions of `domain.figures` and by nothing else (spec 1 §8)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import product

from valvomo.db import floor
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.colleagues import figures_scope
from valvomo.domain.figures.intervals import MOST_INTERVALS, Interval, intervals
from valvomo.domain.figures.sums import Sums, sentiment
from valvomo.domain.refusals import Refusal, malformed
from valvomo.protocol.counted import Goals, counted_fields, focus_fields, own_fields
from valvomo.protocol.figures import History, HistoryItem, LiveFigures, by_queue, of_scope
from valvomo.queries.figure_occupancy import Attendance, attendance, tells_occupancy
from valvomo.queries.figure_questions import DIMENSIONS, Asked, Question, asked

MOST_ITEMS = 20_000
"""Parts of a period that are answered at a time."""

Group = tuple[str | None, ...]
"""Queue, agent, channel, language, outcome; None for what it is not parted by."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the period."""

    since: datetime
    until: datetime


async def live(tx: Transaction, actor: Actor, now: datetime) -> LiveFigures:
    """What the caller's queues look like right now."""
    found = await floor.load(tx, actor.organization_id, now)
    agents = [agent for agent, _ in found.agents.values()]
    today = found.read.day[0], found.read.shifts
    queues = by_queue(found.read.books, found.ongoing, agents, found.lookups)
    return LiveFigures(at=now, items=of_scope(queues, figures_scope(actor), agents, today))


async def history(tx: Transaction, actor: Actor, question: Question, now: datetime) -> History | Refusal:
    """Figures of a period, parted by time, queue, agent, channel, language or outcome, by several, or not at all."""
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    parts = _parts(may)
    if len(parts) > MOST_INTERVALS:
        return malformed("query.by", f"more than {MOST_INTERVALS} intervals")
    sums = await sums_of(tx, actor.organization_id, may, parts)
    for place, focus in (
        await sums_of(tx, actor.organization_id, may, parts, statement="focus.sums")
    ).items():
        sums.setdefault(place, Sums()).add(focus)
    there = await attendance(tx, actor.organization_id, may, now) if tells_occupancy(question) else None
    groups = _groups(may, sums, there.agents if there else ())
    if len(parts) * len(groups) > MOST_ITEMS:
        return malformed("query.by", f"more than {MOST_ITEMS} parts")
    return History(
        since=question.since,
        until=question.until,
        zone=may.zone.key,
        position=await tx.value("figures.head", actor.organization_id) or 0,
        items=tuple(
            _item(may, part, group, (sums.get((number, group)) or Sums(), there))
            for (number, part), group in product(enumerate(parts, 1), groups)
        ),
    )


def _parts(may: Asked) -> list[Part]:
    question = may.question
    if (by := question.interval) is None:
        return [Part(question.since, question.until)]
    found: list[Part] = []
    for since, until in intervals(question.since, question.until, by, may.zone):
        found.append(Part(since, until))
        if len(found) > MOST_INTERVALS:
            break
    return found


async def sums_of(
    tx: Transaction,
    organization_id: str,
    may: Asked,
    parts: Sequence[Part],
    *,
    statement: str = "figures.sums",
) -> dict[tuple[int, Group], Sums]:
    """Sums of what was entered in each part (numbered from 1) and group; parts without entries are not there."""
    since, until, *narrowed = may.conditions
    by = [one.since for one in parts], sorted(may.question.by)
    if with_outcome := bool(narrowed[-1]):
        # Planned for the few entries that are expected of so many conditions, each of a million would be looked up.
        await tx.run("figures.look_up", "off")
    rows = await tx.rows(statement, organization_id, since, until, *by, *narrowed, may.outbound)
    if with_outcome:
        await tx.run("figures.look_up", "on")
    found: dict[tuple[int, Group], Sums] = {}
    for row in rows:
        group = tuple(row[name] for name in DIMENSIONS)
        if "agent" in may.question.by and row["agent"] is None:
            continue
        sums = found.setdefault((row["part"], group), Sums())
        sums.counts[row["counter"]] = row["number"]
        for name in ("ms", "within", "short", "longest"):
            getattr(sums, name)[row["counter"]] = row[name]
    return found


def _groups(may: Asked, found: Iterable[tuple[int, Group]], there: Collection[str]) -> list[Group]:
    """Every queue where it is parted by queues, and of the rest what there is, in order of their names.

    Of agents that is also who was `there` and had nothing to do.
    """
    seen = {group for _, group in found}
    by = may.question.by
    if "agent" in by:
        seen |= {(None, one, None, None, None) for one in there}
    if by & set(DIMENSIONS) <= {"queue"}:
        queues: list[str | None] = [*may.of_these()] if "queue" in by else [None]
        return [(one, None, None, None, None) for one in queues]
    order = {one: place for place, one in enumerate(may.lookups.queues)}
    people = may.lookups.people
    return sorted(
        seen,
        key=lambda one: (
            order.get(one[0] or "", -1), people.get(one[1] or "", ""), *(word or "" for word in one[1:])
        ),
    )  # fmt: skip


def _item(may: Asked, part: Part, group: Group, known: tuple[Sums, Attendance | None]) -> HistoryItem:
    queue, agent, channel, language, outcome = group
    sums, there = known
    question, lookups = may.question, may.lookups
    begin = part.since.astimezone(may.zone)
    return HistoryItem(
        since=part.since,
        until=part.until,
        interval=begin.isoformat() if question.interval else None,
        day=begin.date().isoformat() if question.interval is Interval.DAY else None,
        queue=queue,
        queue_name=lookups.queues[queue].name if queue and queue in lookups.queues else None,
        agent=agent,
        agent_name=lookups.people.get(agent) if agent else None,
        channel=channel,
        language=language,
        outcome=outcome,
        occupancy=there.occupancy(part.since, part.until, agent) if there else None,
        sentiment=sentiment(sums) if may.knows_moods else None,
        **focus_fields(sums, own=question.of_agents),
        **counted_fields(sums, _goals(may, [queue] if queue else may.of_these()))
        | (own_fields(sums) if question.of_agents else {}),
    )


def _goals(may: Asked, queues: Collection[str]) -> Goals:
    return Goals.of([may.lookups.queues[one] for one in queues if one in may.lookups.queues])
