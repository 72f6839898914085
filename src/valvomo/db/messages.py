"""Messages in PostgreSQL: public and internal ones are different types in different tables (design §1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from valvomo.db.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMessage:
    """A message that the customer can read. The only type that anything leaving the house is built from."""

    organization_id: str
    conversation_id: str
    seq: int
    public_seq: int
    id: str
    author_id: str
    author_role: str
    author_name: str
    text: str
    client_id: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalMessage:
    """A note or a whisper: for the house only."""

    organization_id: str
    conversation_id: str
    seq: int
    id: str
    author_id: str
    author_role: str
    author_name: str
    visibility: str
    text: str
    client_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Known:
    """A message that was posted before with the same client id."""

    id: str
    seq: int
    public_seq: int | None
    at: datetime


ClientKey = tuple[str, str, str, str]
"""Organization, conversation, author, client id: what makes a message the same one again."""


async def known(tx: Transaction, keys: Iterable[ClientKey]) -> dict[ClientKey, Known]:
    """Which of these were posted already."""
    columns = _columns(sorted(set(keys)), 4)
    rows = await tx.rows("messages.known", *columns)
    return {
        (row["organization_id"], row["conversation_id"], row["author_id"], row["client_id"]): Known(
            row["id"], row["seq"], row["public_seq"], row["at"]
        )
        for row in rows
    }


async def insert_public(tx: Transaction, messages: Sequence[PublicMessage]) -> None:
    """Write public messages in one statement."""
    names = [one.name for one in fields(PublicMessage)]
    await tx.run("messages.insert_public", *[[getattr(one, name) for one in messages] for name in names])


async def insert_internal(tx: Transaction, messages: Sequence[InternalMessage]) -> None:
    """Write internal messages in one statement."""
    names = [one.name for one in fields(InternalMessage)]
    await tx.run("messages.insert_internal", *[[getattr(one, name) for one in messages] for name in names])


def _columns(rows: Sequence[tuple[str, ...]], width: int) -> list[list[str]]:
    return [[row[place] for row in rows] for place in range(width)]
