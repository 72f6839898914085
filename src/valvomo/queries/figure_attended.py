"""What stands behind the occupancy of one agent: when they were there, and what they handled meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from valvomo.db import conversations
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.figures.occupancy import Piece, pieces
from valvomo.domain.refusals import Refusal, malformed
from valvomo.protocol.figure_details import Attended, AttendedItem
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded, micros_of, moment_of
from valvomo.queries.figure_details import as_seen
from valvomo.queries.figure_occupancy import presences, tells_occupancy
from valvomo.queries.figure_questions import Asked, Question, asked

_ORDER = "attended"
What = tuple[str, str]
"""A conversation, and the queue in which it was handled."""


async def attended(
    tx: Transaction, actor: Actor, question: Question, now: datetime, *, cursor: str | None, limit: int
) -> Attended | Refusal:
    """The times that occupancy divides, until now at most; empty for an agent whose figures are not the actor's."""
    if len(question.agents) != 1 or not tells_occupancy(question):
        return malformed("query.agent", "one agent is needed, and nothing else that narrows")
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    try:
        place = decoded(cursor, _ORDER)
        after = moment_of(place.rank) if place else None
    except (BadCursorError, ValueError):
        return malformed("query.cursor", "not one of this list")
    found = await _pieces(tx, actor.organization_id, may, now)
    page = [one for one in found if after is None or one.since > after][: limit + 1]
    return Attended(
        there=sum(one.seconds for one in found),
        handled=sum(one.seconds for one in found if one.handled),
        items=await _items(tx, actor, may, page[:limit]),
        next=encoded(_place(page[limit - 1])) if len(page) > limit else None,
    )


async def _pieces(tx: Transaction, organization_id: str, may: Asked, now: datetime) -> list[Piece[What]]:
    since, until = may.question.since, min(may.question.until, now)
    who = may.agents if may.agents is not None else list(may.question.agents)
    chosen = await presences(tx, organization_id, (since, until), who)
    rows = await tx.rows("figures.stretches", organization_id, since, until, who)
    handled = [(_span(row, until), (row["conversation_id"], row["queue_id"])) for row in rows]
    return [piece for one in who for piece in pieces(chosen.get(one, ()), handled, (since, until))]


def _span(row: Any, until: datetime) -> tuple[datetime, datetime]:
    return row["since"], row["until"] or until


async def _items(
    tx: Transaction, actor: Actor, may: Asked, page: Sequence[Piece[What]]
) -> list[AttendedItem]:
    ids = sorted({one for piece in page for one, queue in piece.handled if _is_told(may, queue)})
    known = {one.id: one for one in await conversations.get_many(tx, actor.organization_id, ids)}
    return [_item(actor, may, one, known) for one in page]


def _item(actor: Actor, may: Asked, one: Piece[What], known: Mapping[str, Conversation]) -> AttendedItem:
    told = sorted({each for each, queue in one.handled if _is_told(may, queue)} & known.keys())
    return AttendedItem(
        since=one.since,
        until=one.until,
        presence=one.presence.value,
        conversations=tuple(as_seen(actor, known[each]) for each in told),
        elsewhere=len({each for each, _ in one.handled}) - len(told),
    )


def _is_told(may: Asked, queue_id: str) -> bool:
    return may.queues is None or queue_id in may.queues


def _place(one: Piece[What]) -> Place:
    return Place(sort=_ORDER, rank=micros_of(one.since), word="", id="")
