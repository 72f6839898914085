"""The past as a load: who came in a period, how serving them went, who was there to do it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from itertools import groupby
from typing import Any, TypeVar

import msgspec

from valvomo.db import journal
from valvomo.db.transaction import Transaction
from valvomo.domain.agents.presence import Presence
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.rules import Arrival, Classified
from valvomo.domain.whatif.answering import Answers, Asked, Reply
from valvomo.domain.whatif.attendance import Chosen, absences, there
from valvomo.domain.whatif.coming import Matter
from valvomo.domain.whatif.handling import BEGINS, KINDS, Answered, Handled, Happened, handled
from valvomo.domain.whatif.recorded import Record, Recorded
from valvomo.domain.whatif.ruling import as_recorded
from valvomo.domain.whatif.setup import Period
from valvomo.domain.whatif.visits import Fate
from valvomo.queries.whatif.house import Spans

T = TypeVar("T")
MOST_PAST = 100_000
"""Conversations of a period; with more of them it takes too long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """Who came, and when agents (by id) were there; whoever is missing was not."""

    load: Recorded
    attended: Mapping[str, Spans]


async def past_of(
    tx: Transaction,
    organization_id: str,
    period: Period,
    *,
    now: datetime,
    workstreams: Mapping[str, Workstream],
) -> Past | None:
    """What the journal has of the period, the time before it that is played too included; None if it is too much.

    `workstreams` have today's rules: whether it was by these that somebody came where they came is looked at.
    """
    span = (period.start, period.moment(period.until))
    rows = await tx.rows("whatif.came", organization_id, *span, MOST_PAST + 1)
    if len(rows) > MOST_PAST:
        return None
    served: dict[str, Handled] = {}
    active: set[str] = set()
    facts = await tx.rows("whatif.happened", organization_id, *span, sorted(KINDS))
    for conversation_id, inside in groupby(facts, key=lambda row: str(row["conversation_id"])):
        happened = list(inside)
        served[conversation_id] = handled(map(_happened, happened))
        active |= {row["actor_id"] for row in happened if row["kind"] in BEGINS}
    changes = await _presences(tx, organization_id, span)
    records = tuple(
        _record(row, served.get(row["id"], Handled()), period, now=now, matter=_matter(row, workstreams))
        for row in rows
    )
    known: dict[str, Spans] = {agent: there(inside, *span) for agent, inside in changes.items()}
    return Past(
        load=Recorded(records=records, answers=Answers(list(_asked(records, served, changes)))),
        attended={**dict.fromkeys(active, (span,)), **known},
    )


def _read(kind: type[T], row: Any, **others: object) -> T:
    """A dataclass out of the columns that are named as its fields are, but for those that are given."""
    known: Any = kind
    named = {one.name: row[one.name] for one in fields(known) if one.name not in others}
    return kind(**named, **others)


def _happened(row: Any) -> Happened:
    return _read(Happened, row)


def _record(row: Any, served: Handled, period: Period, *, now: datetime, matter: Matter) -> Record:
    fate, ended = _end(row)
    known = fate is Fate.ACCEPTED and row["closed_at"] is not None
    replies = [one.answer.reply for one in served.answers]
    return _read(
        Record,
        row,
        at=period.seconds(row["queued_at"]),
        channel=Channel(row["channel"]),
        wait=((ended or now) - row["queued_at"]).total_seconds(),
        fate=fate,
        served=served.served if known else (),
        again=served.again,
        passed=served.passed,
        rejected=replies.count(Reply.REJECTED),
        missed=replies.count(Reply.MISSED),
        needs=_needs(row),
        matter=matter,
    )


def _needs(row: Any) -> tuple[Need, ...]:
    return msgspec.convert(row["needs"], tuple[Need, ...])


def _matter(row: Any, workstreams: Mapping[str, Workstream]) -> Matter:
    workstream = workstreams[row["workstream_id"]]
    arrival = _read(Arrival, row, channel=workstream.channel.value)
    came = Classified(queue_id=row["queue_id"], rule=row["routed_by"], needs=_needs(row))
    return as_recorded(workstream, arrival, came)


def _end(row: Any) -> tuple[Fate, datetime | None]:
    """How the wait ended, and when. Whatever the house itself did before anybody accepted is its turning away."""
    if row["accepted_at"] is not None:
        return Fate.ACCEPTED, row["accepted_at"]
    if row["closed_at"] is None:
        return Fate.WAITING, None
    return Fate.ABANDONED if row["closed_as"] == "abandoned" else Fate.TURNED_AWAY, row["closed_at"]


async def _presences(
    tx: Transaction, organization_id: str, span: tuple[datetime, datetime]
) -> dict[str, list[Chosen]]:
    head = await journal.head(tx, organization_id)
    first = await journal.position_before(tx, organization_id, span[0] - journal.SLACK, head)
    last = await journal.position_before(tx, organization_id, span[1] + journal.SLACK, head)
    changes: dict[str, list[Chosen]] = {}
    for row in await tx.rows("whatif.presences", organization_id, first, last, *span):
        one = Chosen(at=row["at"], before=Presence(row["before"]), chosen=Presence(row["chosen"]))
        changes.setdefault(row["agent_id"], []).append(one)
    return changes


def _asked(
    records: Iterable[Record], served: Mapping[str, Handled], changes: Mapping[str, Sequence[Chosen]]
) -> Iterable[Asked]:
    """Every answer, a missed one with the time until the agent said that they were there again.

    Who did not say so had left: that offer says nothing of how they answer.
    """
    away = {(agent, at): seconds for agent, inside in changes.items() for at, seconds in absences(inside)}
    inactive = {
        (agent, one.at)
        for agent, inside in changes.items()
        for one in inside
        if one.chosen is Presence.INACTIVE
    }
    for record in records:
        for one in served.get(record.id, Handled()).answers:
            when = (one.agent_id, one.at)
            if when not in inactive or when in away:
                yield _of(record, one, away.get(when, 0.0))


def _of(record: Record, one: Answered, away: float) -> Asked:
    return Asked(
        agent_id=one.agent_id,
        queue_id=record.queue_id,
        workstream_id=record.workstream_id,
        answer=replace(one.answer, away=away),
    )
