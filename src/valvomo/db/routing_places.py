"""Queues as overflow sees them: rules, hours, how many wait, whether anybody serves there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db.hours import at_hand, hours_of
from valvomo.db.transaction import Transaction
from valvomo.domain.routing.overflow import OverflowRule, Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """A conversation that waits in a queue that has overflow rules, since when, and which have been applied to it.

    `served`: an agent has accepted it before.
    """

    organization_id: str
    conversation_id: str
    queue_id: str
    since: datetime
    applied: frozenset[str]
    served: bool


async def stays(tx: Transaction) -> list[Stay]:
    """Everything that waits where overflow rules are, by organization."""
    return [
        Stay(
            organization_id=row["organization_id"],
            conversation_id=row["id"],
            queue_id=row["queue_id"],
            since=row["since"],
            applied=frozenset(row["overflowed"] or ()),
            served=row["served"],
        )
        for row in await tx.rows("routing.stays")
    ]


async def places(tx: Transaction, organization_id: str, at: datetime, *, but: str = "") -> dict[str, Place]:
    """All queues by id, as they are at this moment. One conversation is not counted: whom it is about."""
    counts = await tx.rows("conversations.open_in_queues", organization_id, but)
    waiting = {row["queue_id"]: row["waiting"] for row in counts}
    rows = await tx.rows("house.queues", organization_id)
    await at_hand((row["hours"] for row in rows), at)
    return {row["id"]: _place(row, waiting.get(row["id"], 0), at) for row in rows}


async def has_overflow(tx: Transaction, organization_id: str, queue_id: str) -> bool:
    """Whether the queue has any overflow rules."""
    return bool(await tx.value("house.overflow", organization_id, queue_id))


def overflow_rules(stored: object) -> tuple[OverflowRule, ...]:
    """The stored form, decoded."""
    return msgspec.convert(stored, tuple[OverflowRule, ...])


def _place(row: Any, waiting: int, at: datetime) -> Place:
    return Place(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        members=row["members"],
        waiting=waiting,
        hours=hours_of(row["hours"], at) if row["hours"] else None,
        overflow=overflow_rules(row["overflow"]),
    )
