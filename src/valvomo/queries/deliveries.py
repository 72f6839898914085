"""What came of letters to webhooks and bots, for administrators."""

from __future__ import annotations

from typing import Any

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import AttemptDocument, DeliveryDocument, LetterDocument
from valvomo.queries.listing import shaped
from valvomo.queries.settings import webhook


async def deliveries(
    tx: Transaction, actor: Actor, webhook_id: str, *, state: str | None, cursor: str | None, limit: int
) -> Page[DeliveryDocument] | Refusal:
    """The newest letters first; of one `state` (delivered, waiting, given_up) where that is asked."""
    found = await webhook(tx, actor, webhook_id)
    if isinstance(found, Refusal):
        return found
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < _LONGEST):
        return malformed("query.cursor", "not one of ours")
    place = None if cursor is None else int(cursor)
    rows = await tx.rows("outbox.log", actor.organization_id, webhook_id, limit + 1, place, state)
    following = str(rows[limit - 1]["place"]) if len(rows) > limit else None
    return Page(items=[_delivery(row) for row in rows[:limit]], next=following)


_LONGEST = 18
"""Digits of a place, fewer than what a bigint can hold."""


async def letter(tx: Transaction, actor: Actor, webhook_id: str, letter_id: str) -> LetterDocument | Refusal:
    """One letter with what it says and every attempt to send it."""
    found = await webhook(tx, actor, webhook_id)
    if isinstance(found, Refusal):
        return found
    row = await tx.row("outbox.letter", actor.organization_id, webhook_id, letter_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    attempts = await tx.rows("outbox.attempts", actor.organization_id, letter_id)
    log = [shaped(one, AttemptDocument, answer=_said(one["answer"]) or "") for one in attempts]
    answer = log[-1].answer if log else None
    return shaped(row, LetterDocument, due=_due(row), answer=answer, log=log)


def _delivery(row: Any) -> DeliveryDocument:
    return shaped(row, DeliveryDocument, due=_due(row), answer=_said(row["answer"]))


def _due(row: Any) -> object:
    return row["due"] if row["delivered_at"] is None and row["given_up_at"] is None else None


def _said(answer: bytes | None) -> str | None:
    """As text, whatever it was: it is shown and never interpreted."""
    return None if answer is None else answer.decode("utf-8", "replace").replace("\x00", "\ufffd")
