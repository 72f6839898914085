"""Conversations in PostgreSQL: a row is the fold of its facts, with what follows from it in tables of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db import telephones
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.model import Conversation

_COLUMNS = (
    "version", "revision", "seq", "public_seq", "unanswered_since", "first_response_at", "last_message_at",
    "state", "channel", "workstream_id", "queue_id", "owner_id", "contact_id", "priority", "created_at",
    "queued_at", "closed_at",
)  # fmt: skip
_COUNTED = _COLUMNS[:7]
_KEYS = ("organization_id", "id")

Key = tuple[str, str]
"""Organization, id."""


async def lock(tx: Transaction, organization_id: str, conversation_id: str) -> Conversation | None:
    """The conversation, locked until the transaction ends."""
    row = await tx.row("conversations.lock", organization_id, conversation_id)
    return decode(row) if row else None


async def lock_free(tx: Transaction, organization_id: str, conversation_id: str) -> Conversation | None:
    """The conversation, locked; None when somebody else is working on it right now."""
    row = await tx.row("conversations.lock_free", organization_id, conversation_id)
    return decode(row) if row else None


async def due(tx: Transaction, now: datetime, limit: int) -> list[tuple[str, str]]:
    """Conversations (organization, id) with a timer that is due, the most overdue first."""
    rows = await tx.rows("conversations.due", now, limit)
    return [(row["organization_id"], row["conversation_id"]) for row in rows]


async def lock_many(
    tx: Transaction, keys: Iterable[Key], known: Mapping[Key, Conversation] | None = None
) -> dict[Key, Conversation]:
    """Several conversations, locked in one order so that two batches cannot deadlock.

    One that is `known` is not read again if it has that version still: every change makes a new one.
    """
    pairs, known = sorted(set(keys)), known or {}
    versions = [known[one].version if one in known else None for one in pairs]
    rows = await tx.rows(
        "conversations.lock_many", [one[0] for one in pairs], [one[1] for one in pairs], versions
    )
    found = {(row["organization_id"], row["id"]): row for row in rows}
    return {key: known[key] if row["body"] is None else decode(row) for key, row in found.items()}


async def lock_of_person(tx: Transaction, organization_id: str, person_id: str) -> list[Conversation]:
    """What this person owns, is in or is asked to take, locked in order of id."""
    return [decode(row) for row in await tx.rows("conversations.lock_of_person", organization_id, person_id)]


async def get(tx: Transaction, organization_id: str, conversation_id: str) -> Conversation | None:
    """The conversation as it is, without a lock."""
    row = await tx.row("conversations.get", organization_id, conversation_id)
    return decode(row) if row else None


async def get_many(tx: Transaction, organization_id: str, ids: Iterable[str]) -> list[Conversation]:
    """Those of them that there are, as they are, without a lock."""
    return [decode(row) for row in await tx.rows("conversations.get_many", organization_id, list(ids))]


async def insert(tx: Transaction, conversation: Conversation) -> None:
    """Write a new one."""
    await tx.run("conversations.insert", *_values(conversation))
    await _follow(tx, None, conversation)


async def save(tx: Transaction, before: Conversation, conversation: Conversation) -> None:
    """Write a changed one, and what follows from it: holdings, the people involved, timers."""
    await tx.run("conversations.save", *_values(conversation))
    await _follow(tx, before, conversation)


def counts(conversation: Conversation) -> dict[str, object]:
    """What messages change of a row, and only that, with the row's key."""
    return {name: getattr(conversation, name) for name in (*_KEYS, *_COUNTED)}


def decode(row: Any) -> Conversation:
    """A row of `conversations`."""
    data = dict(row["body"])
    data.update({name: row[name] for name in (*_KEYS, *_COLUMNS)})
    return msgspec.convert(data, Conversation)


def involved(conversation: Conversation) -> frozenset[str]:
    """Who takes part beside the owner, or is asked to."""
    people = {one.id for one in conversation.participants} | {offer.agent_id for offer in conversation.offers}
    return frozenset(people)


def _values(conversation: Conversation) -> list[object]:
    body = msgspec.to_builtins(conversation)
    for name in (*_KEYS, *_COLUMNS):
        body.pop(name)
    columns = [getattr(conversation, name) for name in (*_KEYS, *_COLUMNS)]
    return [*columns, body]


async def _follow(tx: Transaction, before: Conversation | None, now: Conversation) -> None:
    key = (now.organization_id, now.id)
    if before is None or before.holds != now.holds:
        await tx.run("conversations.drop_holdings", *key, list(now.holds))
        for agent_id in sorted(now.holds):
            await tx.run("conversations.add_holding", *key, agent_id, now.channel.value, now.holds[agent_id])
    people = involved(now)
    if before is None or involved(before) != people:
        await tx.run("conversations.drop_involved", *key, sorted(people))
        await tx.run("conversations.add_involved", *key, sorted(people))
    if before is None or before.deadlines != now.deadlines:
        names = sorted(now.deadlines)
        await tx.run("conversations.drop_timers", *key, names)
        await tx.run("conversations.set_timers", *key, names, [now.deadlines[name] for name in names])
    await telephones.follow(tx, before, now)
