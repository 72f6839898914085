"""The past as it is kept: snapshots of what facts had made of the floor, and how much happened when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db import conversations, floor, journal
from valvomo.db.journal import Fact
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.model import Conversation
from valvomo.protocol.rows import Preview

FORM = 2
"""How snapshots are written; others are not read, and made anew."""

MARKED = ("alert_raised", "force_closed", "orphaned", "abandoned")
"""Kinds of facts that a timeline marks."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Compressed, at a position; `at` is the time of the latest fact up to it."""

    position: int
    at: datetime
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is stored of the floor now, as far as facts have made it: presences are (chosen, custom one, since)."""

    position: int
    at: datetime
    ongoing: tuple[Conversation, ...]
    chosen: dict[str, tuple[str, str | None, datetime]]


@dataclass(frozen=True, slots=True)
class Slot:
    """How many facts of a kind (empty: of all) there were from `at` on, the first of them at `first_at`."""

    at: datetime
    kind: str
    facts: int
    first_at: datetime


async def nearest(tx: Transaction, organization_id: str, moment: datetime) -> Snapshot | None:
    """The last one that is not later."""
    return _snapshot(await tx.row("replay.nearest", organization_id, FORM, moment))


async def nearest_position(tx: Transaction, organization_id: str, position: int) -> Snapshot | None:
    """The last one that is not beyond a position."""
    return _snapshot(await tx.row("replay.nearest_position", organization_id, FORM, position))


async def newest(tx: Transaction, organization_id: str) -> tuple[int, datetime] | None:
    """How far the past is kept: position and time."""
    row = await tx.row("replay.newest", organization_id, FORM)
    return (row["position"], row["at"]) if row else None


async def oldest(tx: Transaction, organization_id: str) -> datetime | None:
    """From when on it is kept."""
    found: datetime | None = await tx.value("replay.oldest", organization_id, FORM)
    return found


async def positions_between(
    tx: Transaction, organization_id: str, first: datetime, last: datetime
) -> list[int]:
    """What was kept between two moments; facts may be a little older than what stands before them."""
    rows = await tx.rows(
        "replay.positions_between", organization_id, FORM, first - journal.SLACK, last + journal.SLACK
    )
    return [row["position"] for row in rows]


async def locked(tx: Transaction, organization_id: str, position: int) -> Snapshot | None:
    """The one at a position, locked until the transaction ends."""
    return _snapshot(await tx.row("replay.locked", organization_id, FORM, position))


async def write(tx: Transaction, organization_id: str, position: int, body: bytes) -> None:
    """One that was kept before is like this from now on."""
    await tx.run("replay.write", organization_id, position, body)


async def keep(tx: Transaction, organization_id: str, after: int, snapshot: Snapshot) -> None:
    """Keep a snapshot, and count what happened after the position of the one before it."""
    await tx.run("replay.keep", organization_id, snapshot.position, snapshot.at, FORM, snapshot.body)
    if snapshot.position == 0:
        await tx.run("replay.drop_activity", organization_id)
    await tx.run("replay.add_activity", organization_id, after, snapshot.position, list(MARKED))


async def stored(tx: Transaction, organization_id: str, since: tuple[int, datetime]) -> Stored:
    """The floor now, in a transaction that sees one moment; `since` is the position and time of what was kept last."""
    position = await journal.head(tx, organization_id)
    latest = await tx.value("replay.latest_at", organization_id, since[0], position)
    at = max(since[1], latest) if latest else since[1]
    ongoing = await tx.rows("conversations.ongoing", organization_id)
    chosen = await tx.rows("agents.all", organization_id)
    return Stored(
        position=position,
        at=at,
        ongoing=tuple(conversations.decode(row) for row in ongoing),
        chosen={row["id"]: (row["chosen"], row["status_id"], row["chosen_at"]) for row in chosen},
    )


async def founded(tx: Transaction, organization_id: str) -> datetime:
    """When the organization began."""
    found: datetime = await tx.value("replay.founded", organization_id)
    return found


async def activity(
    tx: Transaction,
    organization_id: str,
    between: tuple[datetime, datetime, float],
    queues: Iterable[str] | None,
) -> list[Slot]:
    """How much happened between two moments, in steps of so many seconds, in these queues or in all."""
    last = await newest(tx, organization_id)
    rows = await tx.rows(
        "replay.activity", organization_id, *between, None if queues is None else sorted(queues),
        last[0] if last else 0, list(MARKED),
    )  # fmt: skip
    return [Slot(row["slot"], row["kind"], row["facts"], row["first_at"]) for row in rows]


async def settings_after(tx: Transaction, organization_id: str, position: int) -> list[Fact]:
    """Changes of settings that the floor shows, the newest first."""
    return [journal.decode(row) for row in await tx.rows("replay.settings_after", organization_id, position)]


async def usual_handle(tx: Transaction, organization_id: str, position: int) -> dict[str, float]:
    """What nine of ten conversations took at most, in seconds, by queue, as it was known at a position."""
    rows = await tx.rows("replay.usual_handle", organization_id, position)
    return {row["queue_id"]: row["seconds"] for row in rows}


async def previews(tx: Transaction, organization_id: str, numbers: Mapping[str, int]) -> dict[str, Preview]:
    """The public message with this number of each of these conversations, as it is stored now."""
    rows: list[Any] = await tx.rows("replay.previews", organization_id, list(numbers), list(numbers.values()))
    return floor.previews_of_rows(rows)


def _snapshot(row: Any) -> Snapshot | None:
    return Snapshot(row["position"], row["at"], row["body"]) if row else None
