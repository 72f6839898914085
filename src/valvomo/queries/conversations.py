"""Conversations for screens: the list with its filters, and one in whole (spec 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from valvomo.db import contacts, conversations, floor
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.sight import may_see, reads_notes
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.domain.sentiment.levels import NONE
from valvomo.protocol.lookups import Lookups
from valvomo.protocol.pages import Page
from valvomo.protocol.rows import (
    BoardRow,
    ConversationDocument,
    Preview,
    board_row,
    conversation_document,
    preview_of,
)
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded, moment_of

SORTS = ("queued", "created", "activity", "unanswered", "priority", "customer", "subject", "closed")
CLOSED_SORTS: Mapping[str, str] = {
    "closed": "closed.closed",
    "-closed": "closed.closed_falling",
    "created": "closed.created",
    "-created": "closed.created_falling",
    "customer": "closed.customer",
    "-customer": "closed.customer_falling",
    "subject": "closed.subject",
    "-subject": "closed.subject_falling",
}
"""The statement of each order in which closed ones alone can be had: those that have an index."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What is looked for; empty means any. `queues` are ids or names, `sort` one of `SORTS`, with `-` for falling.

    Without a `sort`, those that wait longest come first, and of closed ones alone the latest.

    `closed_as` narrows what is closed to one way of ending, `closed_since` to a time (half open, as figures count);
    `contact` narrows everything to one customer's, to whom all `contacts` belong that are merged with it.
    """

    states: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    agents: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    sentiments: tuple[str, ...] = ()
    words: str = ""
    sort: str = ""
    closed_as: str = ""
    closed_since: datetime | None = None
    contact: str = ""
    contacts: tuple[str, ...] = ()


async def listed(
    tx: Transaction, actor: Actor, wanted: Filter, *, cursor: str | None, limit: int
) -> Page[BoardRow] | Refusal:
    """A page of what this actor may see; ongoing conversations unless states are asked for."""
    names = await floor.lookups(tx, actor.organization_id)
    closed = wanted.states == (State.CLOSED.value,)
    wanted = replace(wanted, sort=wanted.sort or ("-closed" if closed else "queued"))
    if closed and wanted.sort not in CLOSED_SORTS:
        return malformed("query.sort", f"closed ones come by {', '.join(CLOSED_SORTS)}")
    try:
        place = decoded(cursor, wanted.sort)
        if closed and place:
            moment_of(place.rank)
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    if not reads_notes(actor) and wanted.sentiments:
        # To them no conversation has a sentiment.
        if NONE not in wanted.sentiments:
            return Page(items=[])
        wanted = replace(wanted, sentiments=())
    queues = _queue_ids(wanted.queues, names)
    if wanted.queues and not queues:
        return Page(items=[])
    if wanted.contact:
        wanted = replace(wanted, contacts=await _same(tx, actor, wanted.contact))
    ask = _closed if closed else _ongoing
    shown = names.supervision.show_agents_sentiment
    rows = await ask(tx, actor, wanted, queues=queues, place=place, limit=limit + 1, shown=shown)
    items = [
        board_row(one, actor, names, _preview(row))
        for row in rows[:limit]
        if may_see(actor, one := conversations.decode(row))
    ]
    following = rows[limit - 1] if len(rows) > limit else None
    return Page(items=items, next=_cursor(following, wanted.sort) if following else None)


async def document(tx: Transaction, actor: Actor, conversation_id: str) -> ConversationDocument | Refusal:
    """The whole state, as far as this actor may see it."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    names = await floor.lookups(tx, actor.organization_id)
    row = await tx.row("lists.last_line", actor.organization_id, conversation_id)
    preview = preview_of(row["text"], row["author_name"], row["author_role"], row["at"]) if row else None
    return conversation_document(conversation, actor, names, preview)


async def seen(tx: Transaction, actor: Actor, conversation_id: str) -> Conversation | Refusal:
    """The conversation, if it exists for this actor."""
    conversation = await conversations.get(tx, actor.organization_id, conversation_id)
    if conversation is None or not may_see(actor, conversation):
        return Refusal(Reason.NOT_FOUND)
    return conversation


async def _ongoing(
    tx: Transaction,
    actor: Actor,
    wanted: Filter,
    *,
    queues: list[str],
    place: Place | None,
    limit: int,
    shown: bool,
) -> list[Any]:
    rank, word, after = (place.rank, place.word, place.id) if place else (0, "", None)
    everything, supervised, me, picks = scope(actor)
    falling = wanted.sort.startswith("-")
    return await tx.rows(
        "lists.ongoing", actor.organization_id, everything, supervised, me, picks, list(wanted.states), queues,
        list(wanted.agents), list(wanted.channels), wanted.words, wanted.sort.lstrip("-"), -1 if falling else 1,
        rank, word, after, limit, list(wanted.contacts), list(wanted.sentiments), shown,
    )  # fmt: skip


async def _closed(
    tx: Transaction,
    actor: Actor,
    wanted: Filter,
    *,
    queues: list[str],
    place: Place | None,
    limit: int,
    shown: bool,
) -> list[Any]:
    everything, supervised, me, _ = scope(actor)
    after: datetime | str | None = None
    if place is not None:
        by_time = wanted.sort.lstrip("-") in ("closed", "created")
        after = moment_of(place.rank) if by_time else place.word
    return await tx.rows(
        CLOSED_SORTS[wanted.sort], actor.organization_id, everything, supervised, me, queues, list(wanted.agents),
        list(wanted.channels), wanted.words, wanted.closed_as, list(wanted.contacts), wanted.closed_since,
        list(wanted.sentiments), shown, after, place.id if place else None, limit,
    )  # fmt: skip


async def _same(tx: Transaction, actor: Actor, contact_id: str) -> tuple[str, ...]:
    """The contact with all that are the same customer."""
    return tuple(await contacts.group(tx, actor.organization_id, contact_id)) or (contact_id,)


def scope(actor: Actor) -> tuple[bool, list[str], str, list[str]]:
    """What statements spare reading: whether all is seen, else of which queues; whose; what may be picked."""
    supervisor = actor.is_(UserRole.SUPERVISOR)
    everything = actor.is_(UserRole.INTEGRATION) or (supervisor and actor.supervises_all)
    picks = sorted(actor.queues) if actor.is_(UserRole.AGENT) else []
    return everything, sorted(actor.supervised) if supervisor else [], actor.id, picks


def _queue_ids(wanted: tuple[str, ...], names: Lookups) -> list[str]:
    words = {one.lower() for one in wanted}
    return [one.id for one in names.queues.values() if one.id in words or one.name.lower() in words]


def _preview(row: Any) -> Preview | None:
    if row["last_text"] is None:
        return None
    return preview_of(row["last_text"], row["last_author"], row["last_role"], row["last_at"])


def _cursor(row: Any, sort: str) -> str:
    return encoded(Place(sort=sort, rank=row["rank"], word=row["word"], id=row["id"]))
