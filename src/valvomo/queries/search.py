"""Searching transcripts: by whoever may read them, and nothing of the others (spec 1 §3, decision 8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db import conversations, floor
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.refusals import Refusal, malformed
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.messages import Author
from valvomo.protocol.pages import Page
from valvomo.protocol.searching import SearchHit, pieces_of
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded, micros_of, moment_of, number_of
from valvomo.queries.listing import role_refusal

_ORDER = "search"
After = tuple[datetime, str, int]
"""The time, conversation and number of the last message of the page before."""
ROUNDS = 5
"""So often is read on, where much of what was found may not be read, before a page is answered that is not full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is searched for (`words` as people write it into search fields), when, and where; empty means anywhere.

    `queues` are ids or names, `agents` ids of whoever serves or has served.
    """

    words: str
    since: datetime | None = None
    until: datetime | None = None
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()


async def found(
    tx: Transaction, actor: Actor, sought: Sought, *, cursor: str | None, limit: int
) -> Page[SearchHit] | Refusal:
    """Messages that hold the words, the latest first, of conversations that this actor may read."""
    if refusal := role_refusal(actor, UserRole.SUPERVISOR, UserRole.AGENT):
        return refusal
    if not await tx.value("search.means", sought.words):
        return malformed("query.q", "there is no word in it")
    try:
        after = _after(cursor)
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    names = await floor.lookups(tx, actor.organization_id)
    queues = [
        one.id
        for one in names.queues.values()
        if {one.id, one.name.lower()} & {it.lower() for it in sought.queues}
    ]
    if sought.queues and not queues:
        return Page(items=[])
    return await _pages(tx, (actor, names), (sought, queues), (after, limit))


async def _pages(
    tx: Transaction,
    reader: tuple[Actor, Lookups],
    what: tuple[Sought, list[str]],
    where: tuple[After | None, int],
) -> Page[SearchHit]:
    (actor, names), (after, limit) = reader, where
    items: list[SearchHit] = []
    for _ in range(ROUNDS):
        rows = await _read(tx, actor, what, (after, limit + 1))
        for row in rows[:limit]:
            after = (row["hit_at"], row["id"], row["hit_seq"])
            conversation = conversations.decode(row)
            if row["holds"] and read_refusal(actor, conversation) is None:
                items.append(_hit(row, names))
            if len(items) == limit:
                more = row is not rows[-1]
                return Page(items=items, next=_cursor(after) if more else None)
        if len(rows) <= limit:
            return Page(items=items)
    return Page(items=items, next=_cursor(after) if after else None)


async def _read(
    tx: Transaction, actor: Actor, what: tuple[Sought, list[str]], where: tuple[After | None, int]
) -> list[Any]:
    (sought, queues), (after, limit) = what, where
    supervisor = actor.is_(UserRole.SUPERVISOR)
    return await tx.rows(
        "search.hits", actor.organization_id, sought.words, sought.since, sought.until,
        *(after or (None, None, None)), supervisor and actor.supervises_all,
        sorted(actor.supervised) if supervisor else [], actor.id, queues, list(sought.agents), list(sought.channels),
        limit,
    )  # fmt: skip


def _after(cursor: str | None) -> After | None:
    place = decoded(cursor, _ORDER)
    return (moment_of(-place.rank), place.id, number_of(place.word)) if place else None


def _cursor(after: After) -> str:
    at, conversation, seq = after
    return encoded(Place(sort=_ORDER, rank=-micros_of(at), word=str(seq), id=conversation))


def _hit(row: Any, names: Lookups) -> SearchHit:
    one = conversations.decode(row)
    queue = names.queues.get(one.queue_id)
    return SearchHit(
        conversation=one.id,
        message=row["message_id"],
        seq=row["hit_seq"],
        at=row["hit_at"],
        author=Author(id=row["author_id"], name=row["author_name"], role=row["author_role"]),
        visibility=row["visibility"],
        pieces=pieces_of(row["headline"]),
        customer=Named(one.contact_id, one.customer_name),
        queue=Named(queue.id, queue.name) if queue else None,
        channel=one.channel.value,
        state=one.state.value,
        subject=one.subject,
        agent=Named(one.owner_id, one.owner_name or "") if one.owner_id else None,
        closed_at=one.closed_at,
    )
