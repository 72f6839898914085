"""Taking what was written out of a closed conversation: out of its tables, and out of the facts that tell of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db import journal
from valvomo.db.transaction import Transaction
from valvomo.domain.contacts.events import NOBODY
from valvomo.domain.conversations.erased import WORDS_IN, erased
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.forgotten import TELLING, forgotten, numbers_in
from valvomo.domain.conversations.media import MediaChanged
from valvomo.domain.conversations.message import MessagePosted
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.retention.rule import RetentionRule

_DIGESTS = [MessagePosted.kind, MediaChanged.kind]
_OTHERS = [one.kind for one in WORDS_IN if one.kind not in _DIGESTS]
_TABLES = (
    "erasing.public", "erasing.internal", "erasing.public_words", "erasing.internal_words", "erasing.search_again",
    "erasing.html", "erasing.media", "erasing.survey", "erasing.dispatches", "erasing.parts", "erasing.letters",
    "erasing.mails", "erasing.thread", "erasing.imported", "erasing.bot",
)  # fmt: skip
"""What is done to each table in which words of a conversation may stand, besides its own."""
_NAMING = (
    "forgetting.dispatches", "forgetting.parts", "forgetting.telephones", "forgetting.signals", "forgetting.recordings",
    "forgetting.decisions",
)  # fmt: skip
"""What is done to each table in which it may stand who the customer of a conversation was, besides words."""


@dataclass(frozen=True, slots=True)
class Gone:
    """How many files there were, how many facts have lost their words, and the digest of these as they are."""

    files: int
    facts: int
    seal: str


def rule_of(stored: Any) -> RetentionRule:
    """What an organization's row says."""
    return msgspec.convert(dict(stored), RetentionRule)


async def rule(tx: Transaction, organization_id: str, *, statement: str) -> RetentionRule:
    """The house's rule; `statement` reads, shares or locks the organization."""
    row = await tx.row(statement, organization_id)
    if row is None:
        raise LookupError(f"no organization {organization_id}")
    return rule_of(row["retention"])


async def erase(tx: Transaction, conversation: Conversation) -> Gone:
    """Remove every word of a locked, closed conversation but those of its own row."""
    removed = await _tables(tx, conversation)
    await _facts(tx, conversation, _OTHERS, erased)
    return await _sealed(tx, conversation, removed)


async def forget(tx: Transaction, conversation: Conversation) -> Gone:
    """The same, also where it was done before, and with who the customer was."""
    key = (conversation.organization_id, conversation.id)
    removed = await _tables(tx, conversation)
    numbers: set[str] = set()

    def left(event: Event) -> Event:
        numbers.update(numbers_in(event))
        return forgotten(event)

    await _facts(tx, conversation, [one.kind for one in TELLING if one.kind not in _DIGESTS], left)
    await tx.run("forgetting.facts", *key, conversation.contact_id, NOBODY)
    for statement in ("forgetting.public", "forgetting.internal"):
        await tx.run(statement, *key, conversation.contact_id, NOBODY)
    for statement in _NAMING:
        await tx.run(statement, *key)
    await tx.run("forgetting.callbacks", conversation.organization_id, sorted(numbers))
    return await _sealed(tx, conversation, removed)


async def _tables(tx: Transaction, conversation: Conversation) -> int:
    key = (conversation.organization_id, conversation.id)
    for statement in _TABLES:
        await tx.run(statement, *key)
    await tx.run("erasing.arrivals", *key, conversation.closed_at)
    removed = await tx.run("erasing.files", *key)
    await tx.run("erasing.digests", *key, _DIGESTS)
    return int(removed.rpartition(" ")[2])


async def _facts(
    tx: Transaction, conversation: Conversation, kinds: list[str], without: Callable[[Event], Event]
) -> None:
    changed = []
    for row in await tx.rows("erasing.facts", conversation.organization_id, conversation.id, kinds):
        event = journal.decode(row).event
        if isinstance(event, Event) and (left := without(event)) != event:
            changed.append({"position": row["position"], "body": left})
    if changed:
        await tx.run("erasing.write_facts", conversation.organization_id, changed)


async def _sealed(tx: Transaction, conversation: Conversation, removed: int) -> Gone:
    (row,) = await tx.rows("erasing.seal", conversation.organization_id, conversation.id)
    return Gone(removed, row["facts"], row["seal"])


async def due(
    tx: Transaction, organization_id: str, before: datetime, limit: int
) -> list[tuple[str, datetime, datetime]]:
    """Conversations closed up to then in which is still what was written: id, beginning, end; the oldest first."""
    rows = await tx.rows("erasing.due", organization_id, before, limit)
    return [(row["id"], row["created_at"], row["closed_at"]) for row in rows]


async def count_due(tx: Transaction, organization_id: str, before: datetime) -> tuple[int, datetime | None]:
    """How many these are, and since when the longest is closed."""
    (row,) = await tx.rows("erasing.count_due", organization_id, before)
    return row["conversations"], row["oldest"]
