"""Records for screens: the list with its filters, forms, links."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db import contacts, conversations, floor, records
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import may_see
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.records.form import RecordForm
from valvomo.domain.records.values import Misfit, Value, value_in
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.lookups import Lookups, Named
from valvomo.protocol.pages import Page
from valvomo.protocol.records import LinkItem, LinkList, RecordFormDocument, record_item
from valvomo.protocol.rows import ConversationDocument, conversation_document
from valvomo.queries.conversations import scope, seen
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded

SORTS = ("created", "due", "priority", "subject", "customer")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFilter:
    """What is looked for; empty means any, and of the phases all but resolved.

    `statuses` and `fields` (key and words, as people write them) need the `workstream` whose form has them.
    """

    phases: tuple[str, ...] = ()
    workstream: str = ""
    statuses: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    queues: tuple[str, ...] = ()
    contact: str = ""
    due_before: datetime | None = None
    words: str = ""
    sort: str = "-created"


async def listed(
    tx: Transaction, actor: Actor, wanted: RecordFilter, *, cursor: str | None, limit: int
) -> Page[ConversationDocument] | Refusal:
    """A page of the records that this actor may see, each in whole."""
    try:
        place = decoded(cursor, f"records {wanted.sort}")
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    form = await records.form(tx, actor.organization_id, wanted.workstream)
    fields = _fields(form, wanted)
    if isinstance(fields, Refusal):
        return fields
    group = await contacts.group(tx, actor.organization_id, wanted.contact) if wanted.contact else []
    if wanted.contact and not group:
        return Page(items=[])
    names = await floor.lookups(tx, actor.organization_id)
    queues = [one.id for one in names.queues.values() if {one.id, one.name.lower()} & _low(wanted.queues)]
    if wanted.queues and not queues:
        return Page(items=[])
    rows = await tx.rows(
        "records.listed", actor.organization_id, *scope(actor), list(wanted.phases), wanted.workstream,
        _statuses(form, wanted), wanted.words, wanted.sort.lstrip("-"), -1 if wanted.sort.startswith("-") else 1,
        place.rank if place else 0, place.word if place else "", place.id if place else None, limit + 1, fields,
        wanted.due_before, queues, group,
    )  # fmt: skip
    items = [
        conversation_document(one, actor, names)
        for row in rows[:limit]
        if may_see(actor, one := conversations.decode(row))
    ]
    following = rows[limit - 1] if len(rows) > limit else None
    return Page(items=items, next=_cursor(following, wanted.sort) if following else None)


async def forms(tx: Transaction, actor: Actor) -> list[RecordFormDocument]:
    """The forms of all workstreams for records."""
    return [_form(row) for row in await tx.rows("records.forms", actor.organization_id)]


async def form(tx: Transaction, actor: Actor, workstream_id: str) -> RecordFormDocument | Refusal:
    """The form of one workstream."""
    rows = await tx.rows("records.forms", actor.organization_id)
    found = next((row for row in rows if row["workstream_id"] == workstream_id), None)
    return _form(found) if found else Refusal(Reason.NOT_FOUND)


async def links(tx: Transaction, actor: Actor, conversation_id: str) -> LinkList | Refusal:
    """What it is linked with, as far as this actor may know of that."""
    here = await seen(tx, actor, conversation_id)
    if isinstance(here, Refusal):
        return here
    names = await floor.lookups(tx, actor.organization_id)
    rows = await records.links(tx, actor.organization_id, conversation_id)
    items = []
    for row in rows:
        other = await conversations.get(tx, actor.organization_id, row["id"])
        if other is not None and may_see(actor, other):
            items.append(_link(row, other, names))
    return LinkList(items=items, hidden=len(rows) - len(items))


def _fields(form: RecordForm, wanted: RecordFilter) -> dict[str, Value] | Refusal:
    """The values that the words mean in the form."""
    found: dict[str, Value] = {}
    for key, words in wanted.fields:
        one = form.field(key)
        value = Misfit.UNKNOWN if one is None else value_in(one, words)
        if isinstance(value, Misfit):
            return malformed("query.field", f"{key}: {value.value}")
        found[key] = value
    return found


def _statuses(form: RecordForm, wanted: RecordFilter) -> dict[str, list[str]] | None:
    """Statuses that were chosen, and the phases in which one of them is the usual one."""
    if not wanted.statuses:
        return None
    phases = {one.phase for one in form.statuses}
    usual = [phase.value for phase in sorted(phases) if form.usual(phase).key in wanted.statuses]
    return {"chosen": list(wanted.statuses), "usual": usual}


def _form(row: Any) -> RecordFormDocument:
    form = records.form_of(row)
    return RecordFormDocument(
        workstream=Named(row["workstream_id"], row["name"]),
        version=form.version,
        fields=form.fields,
        statuses=form.statuses,
    )


def _link(row: Any, other: Conversation, names: Lookups) -> LinkItem:
    return LinkItem(
        id=other.id,
        channel=other.channel.value,
        state=other.state.value,
        customer=Named(other.contact_id, other.customer_name),
        subject=other.subject,
        agent=Named(other.owner_id, other.owner_name or "") if other.owner_id else None,
        created_at=other.created_at,
        record=record_item(other),
        workstream=Named(other.workstream_id, names.workstreams.get(other.workstream_id, "")),
        by=Named(row["by_id"], row["by_name"]),
        at=row["at"],
    )


def _low(words: tuple[str, ...]) -> set[str]:
    return {one.lower() for one in words}


def _cursor(row: Any, sort: str) -> str:
    return encoded(Place(sort=f"records {sort}", rank=row["rank"], word=row["word"], id=row["id"]))
