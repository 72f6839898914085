"""The course of the last minutes: how many waited at the end of each, and what was counted within it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.figures import sums
from valvomo.domain.figures.sums import Sums
from valvomo.domain.refusals import Refusal
from valvomo.protocol.figure_details import Course, CourseItem
from valvomo.queries.figure_questions import Question, asked
from valvomo.queries.figures import Part, sums_of

MINUTE = timedelta(minutes=1)


def of_minutes(now: datetime, minutes: int, queues: Sequence[str]) -> Question:
    """The last so many whole minutes, parted by queue."""
    until = now.replace(second=0, microsecond=0)
    return Question(
        since=until - minutes * MINUTE, until=until, by=frozenset({"queue"}), queues=tuple(queues)
    )


async def course(tx: Transaction, actor: Actor, question: Question) -> Course | Refusal:
    """Minute by minute, of each of the actor's queues."""
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    number = round((question.until - question.since) / MINUTE)
    ends = [question.since + place * MINUTE for place in range(1, number + 1)]
    parts = [Part(end - MINUTE, end) for end in ends]
    found = await sums_of(tx, actor.organization_id, may, parts)
    rows = await tx.rows("figures.waited", actor.organization_id, ends, may.queues)
    waited = {(row["queue_id"], row["place"]): (row["number"], row["longest"]) for row in rows}
    places = range(1, number + 1)
    items = []
    for queue in may.of_these():
        each = [found.get((place, (queue, None, None, None, None))) or Sums() for place in places]
        there = [waited.get((queue, place), (0, None)) for place in places]
        levels = [sums.service_level(one) for one in each]
        items.append(
            CourseItem(
                queue=queue,
                waiting=tuple(number for number, _ in there),
                longest=tuple(longest for _, longest in there),
                started=tuple(sums.started(one) for one in each),
                answered=tuple(sums.answered(one) for one in each),
                within=tuple(one.within for one in levels),
                offered=tuple(one.offered for one in levels),
                abandoned=tuple(one.abandoned for one in levels),
            )
        )
    return Course(at=tuple(ends), items=tuple(items))
