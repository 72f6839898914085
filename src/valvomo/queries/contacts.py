"""Contacts for screens: search, one customer in whole, their conversations over all channels."""

from __future__ import annotations

import re
from typing import Any

from valvomo.db import contacts, conversations, floor, forgetting
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.contacts import contacts_refusal, knows_all_contacts, merge_refusal
from valvomo.domain.access.sight import may_see
from valvomo.domain.contacts.forgetting import forget_refusal
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.contacts import (
    ContactDocument,
    ContactIdentity,
    ContactItem,
    ForgettingDocument,
    ForgottenContact,
    MergedContact,
    OngoingItem,
)
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.protocol.rows import BoardRow, board_row, preview_of
from valvomo.queries.conversations import scope
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded, micros_of, moment_of

_WORD = re.compile(r"[^\W_]+(?:[@.+\-][^\W_]+)*", re.UNICODE)
_FEWEST_DIGITS = 3


async def found(
    tx: Transaction, actor: Actor, words: str, *, cursor: str | None, limit: int
) -> Page[ContactItem] | Refusal:
    """Contacts that this actor may know of and that the words fit, in order of their names."""
    if refusal := contacts_refusal(actor):
        return refusal
    try:
        place = decoded(cursor, "contacts")
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    query, digits = _query(words), _digits(words)
    if words.strip() and not query and not digits:
        return Page(items=[])
    everything, me, picks = _scope(actor)
    rows = await tx.rows(
        "contacts.found", actor.organization_id, query, digits, everything, me, picks,
        place.word if place else None, place.id if place else None, limit + 1,
    )  # fmt: skip
    following = rows[limit - 1] if len(rows) > limit else None
    return Page(
        items=[_item(row, row["into_name"]) for row in rows[:limit]],
        next=encoded(Place(sort="contacts", rank=0, word=following["word"], id=following["id"]))
        if following
        else None,
    )


async def one(tx: Transaction, actor: Actor, contact_id: str) -> ContactDocument | Refusal:
    """The customer that this contact is: as who they are shown, and who else they are; or that they are forgotten."""
    rows = await contacts.known(tx, actor, contact_id, forgotten=True)
    if not rows:
        return Refusal(Reason.NOT_FOUND)
    names = {row["id"]: row["name"] for row in rows}
    identities = await tx.rows("contacts.identities", actor.organization_id, list(names))
    return ContactDocument(
        contact=_item(rows[0], None),
        merged=[
            MergedContact(
                contact=_item(row, names[row["merged_into"]]),
                into=Named(row["merged_into"], names[row["merged_into"]]),
                at=row["merged_at"],
                by=row["merged_by"],
            )
            for row in rows[1:]
        ],
        identities=[
            ContactIdentity(kind=row["kind"], value=row["value"], verified_at=row["verified_at"])
            for row in identities
        ],
        may_merge=merge_refusal(actor) is None,
        may_forget=forget_refusal(actor, 0) is None,
        forgotten=await _forgotten(tx, actor.organization_id, rows),
    )


async def forgetting_of(tx: Transaction, actor: Actor, contact_id: str) -> ForgettingDocument | Refusal:
    """What removing this customer would take, and what stands against it now."""
    if refusal := forget_refusal(actor, 0):
        return refusal
    group = await contacts.group(tx, actor.organization_id, contact_id)
    if not group:
        return Refusal(Reason.NOT_FOUND)
    there = await forgetting.taken(tx, actor.organization_id, group)
    ongoing = await tx.rows("forgetting.ongoing", actor.organization_id, group)
    return ForgettingDocument(
        contacts=there.contacts,
        conversations=there.conversations,
        messages=there.messages,
        files=there.files,
        recordings=there.recordings,
        ongoing=[OngoingItem(**dict(row)) for row in ongoing],
    )


async def _forgotten(tx: Transaction, organization_id: str, rows: list[Any]) -> ForgottenContact | None:
    at = rows[0]["forgotten_at"]
    if at is None:
        return None
    there = await forgetting.taken(tx, organization_id, [row["id"] for row in rows])
    return ForgottenContact(at=at, remaining=there.remaining, emptied_at=rows[0]["emptied_at"])


async def history(
    tx: Transaction, actor: Actor, contact_id: str, *, cursor: str | None, limit: int
) -> Page[BoardRow] | Refusal:
    """All conversations with the customer that this actor may see, over all channels, the newest first."""
    rows = await contacts.known(tx, actor, contact_id, forgotten=True)
    if not rows:
        return Refusal(Reason.NOT_FOUND)
    try:
        place = decoded(cursor, "history")
        before = moment_of(place.rank) if place else None
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    names = await floor.lookups(tx, actor.organization_id)
    found_rows = await tx.rows(
        "contacts.conversations", actor.organization_id, [row["id"] for row in rows], *scope(actor), before,
        place.id if place else None, limit + 1,
    )  # fmt: skip
    items = [
        board_row(conversation, actor, names, _preview(row))
        for row in found_rows[:limit]
        if may_see(actor, conversation := conversations.decode(row))
    ]
    last = found_rows[limit - 1] if len(found_rows) > limit else None
    following = (
        Place(sort="history", rank=micros_of(last["created_at"]), word="", id=last["id"]) if last else None
    )
    return Page(items=items, next=encoded(following) if following else None)


def _scope(actor: Actor) -> tuple[bool, str, list[str]]:
    picks = sorted(actor.queues) if actor.is_(UserRole.AGENT) else []
    return knows_all_contacts(actor), actor.id, picks


def _query(words: str) -> str:
    """For `to_tsquery`: every word is the beginning of one; nothing in it is understood as an operator."""
    return " & ".join(f"'{one}':*" for one in _WORD.findall(words.casefold())[:8])


def _digits(words: str) -> str:
    """What a number is searched by, however it is written, and with or without the country's."""
    if not re.fullmatch(r"[+0-9 ()\-.]+", words.strip()):
        return ""
    digits = re.sub(r"\D", "", words).lstrip("0")
    return digits if len(digits) >= _FEWEST_DIGITS else ""


def _item(row: Any, into: str | None) -> ContactItem:
    return ContactItem(
        id=row["id"],
        name=row["name"],
        email=row["email"],
        phone=row["phone"],
        company=row["company"],
        language=row["language"],
        about=row["about"],
        created_at=row["created_at"],
        revision=row["revision"],
        into=Named(row["merged_into"], into or "") if row["merged_into"] else None,
    )


def _preview(row: Any) -> Any:
    if row["last_text"] is None:
        return None
    return preview_of(row["last_text"], row["last_author"], row["last_role"], row["last_at"])
