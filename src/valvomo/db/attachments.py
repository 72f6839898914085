"""Files that people have brought, in PostgreSQL: everything about them but their bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.attachments.attached import Problem, Progress, Upload
from valvomo.domain.attachments.limits import Limits, Side

Key = tuple[str, str]
"""Organization and file, or organization and conversation."""
Kept = Any
"""A row of what must be there: ids, size, digest, type."""


def upload_of(row: Any) -> Upload:
    """A row of `attachments`."""
    return Upload(
        organization_id=row["organization_id"],
        id=row["id"],
        conversation_id=row["conversation_id"],
        author_id=row["author_id"],
        side=Side(row["side"]),
        name=row["name"],
        media_type=row["media_type"],
        size=row["size"],
        digest=row["digest"],
        width=row["width"],
        height=row["height"],
        progress=Progress(row["progress"]),
        problem=Problem(row["problem"]) if row["problem"] else None,
        message_id=row["message_id"],
    )


def limits_of(stored: Any) -> Limits:
    """What a workstream's row says, the usual where it says nothing."""
    return msgspec.convert(stored, Limits) if stored is not None else Limits()


async def lock(tx: Transaction, keys: Iterable[Key]) -> dict[Key, Upload]:
    """These files, locked, those that there are."""
    wanted = sorted(set(keys))
    rows = await tx.rows("attachments.lock", *_columns(wanted))
    return {(row["organization_id"], row["id"]): upload_of(row) for row in rows}


async def limits(tx: Transaction, conversations: Iterable[Key]) -> dict[Key, Limits]:
    """What may be sent in each of these conversations."""
    rows = await tx.rows("attachments.limits", *_columns(sorted(set(conversations))))
    return {(row["organization_id"], row["id"]): limits_of(row["attachments"]) for row in rows}


async def take(tx: Transaction, taken: Sequence[tuple[str, str, str, int]]) -> None:
    """Organization, file, message and its number: what messages have taken."""
    await tx.run("attachments.take", *[list(one) for one in zip(*taken, strict=True)])


async def lease(tx: Transaction, now: datetime, until: datetime) -> tuple[Upload, int] | None:
    """The file to be looked into that is due longest, ours until then, and how often it was tried."""
    row = await tx.row("attachments.lease", now, until)
    return (upload_of(row), row["attempts"]) if row else None


async def kept_after(tx: Transaction, organization_id: str, after: str, limit: int) -> list[Kept]:
    """Files whose bytes must be there, after one by id."""
    return await tx.rows("attachments.kept_after", organization_id, after, limit)


def _columns(keys: Sequence[Key]) -> tuple[list[str], list[str]]:
    return [one for one, _ in keys], [one for _, one in keys]
