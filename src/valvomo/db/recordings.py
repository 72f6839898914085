"""Recordings of calls in PostgreSQL: what is kept of which conversation; the sound itself is in the files' storage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db.transaction import Transaction
from valvomo.domain.conversations import recording as rules
from valvomo.domain.conversations.call_marks import Kept

Key = tuple[str, str]
"""Organization, id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Track:
    """What one party has said: from `began` seconds after the recording's beginning on, `seconds` long."""

    id: str
    person_id: str
    part: str
    began: float
    seconds: float


async def wanted(tx: Transaction, organization_id: str, workstream_id: str) -> tuple[Kept, int]:
    """What a workstream keeps of its calls, and for how many days."""
    row: Any = await tx.row("recordings.wanted", organization_id, workstream_id)
    return Kept(row["calls_kept"]), row["calls_days"]


async def begin(
    tx: Transaction, key: Key, conversation_id: str, span: tuple[datetime, int], *, kept: Kept
) -> None:
    """A call is being kept from a moment on, for so many days: its sound, or its words only."""
    await tx.run("recordings.begin", *key, conversation_id, *span, kept.value)


async def days_over(tx: Transaction, key: Key, now: datetime) -> bool:
    """Whether nothing more is kept of it; until this is done nobody removes it."""
    row: Any = await tx.row("recordings.lock", *key)
    return row is None or rules.days_over(row["state"], row["keep_until"], now)


async def remove(tx: Transaction, key: Key, *, sound: bool) -> None:
    """Its words are gone, and its sound too, or not yet. Whoever adds to it at the moment is waited for."""
    await tx.run("recordings.lock", *key)
    await tx.run("recordings.forget", *key)
    if sound:
        await tx.run("recordings.remove", *key)


async def end(tx: Transaction, key: Key, tracks: Iterable[Track], *, failed: bool) -> None:
    """It is over, with this sound, whole or not."""
    for one in tracks:
        place = (key[0], one.id, key[1])
        await tx.run("recordings.track", *place, one.person_id, one.part, one.began, one.seconds)
    await tx.run("recordings.end", *key, "failed" if failed else "kept")


async def tracks(tx: Transaction, organization_id: str, ids: list[str]) -> dict[str, list[Track]]:
    """What these recordings are made of."""
    found: dict[str, list[Track]] = {one: [] for one in ids}
    names = Track.__dataclass_fields__
    for row in await tx.rows("recordings.tracks", organization_id, ids):
        found[row["recording_id"]].append(Track(**{name: row[name] for name in names}))
    return found
