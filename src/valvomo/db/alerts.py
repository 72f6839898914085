"""Alert rules and alerts as they are stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db.hours import hours_of
from valvomo.db.transaction import Transaction
from valvomo.domain.alerts.conditions import Condition
from valvomo.domain.routing.hours import is_open


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that is to be judged. No `queues` means all. `hours` are its quiet hours as stored.

    Another `cool_down`, in seconds, makes it no other rule: what it raised stays.
    """

    id: str
    organization_id: str
    name: str
    conditions: tuple[Condition, ...]
    queues: frozenset[str]
    hours: Any
    cool_down: int = field(compare=False)

    def applies_in(self, queue_id: str) -> bool:
        """Whether it looks at this queue."""
        return not self.queues or queue_id in self.queues

    def quiet(self, at: datetime) -> bool:
        """Whether nothing is raised now."""
        return self.hours is not None and is_open(hours_of(self.hours, at), at)


async def rules(tx: Transaction) -> dict[str, list[Any]]:
    """Rows of all enabled rules, by organization, to be read one by one (`rule_of`)."""
    found: dict[str, list[Any]] = {}
    for row in await tx.rows("alerts.rules"):
        found.setdefault(row["organization_id"], []).append(row)
    return found


def rule_of(row: Any) -> Rule:
    """A row of `alert_rules` with its quiet hours. Raises `msgspec.ValidationError` where it says nothing we know."""
    return Rule(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        conditions=conditions_of(row["conditions"]),
        queues=frozenset(row["queues"]),
        hours=row["hours"],
        cool_down=row["cool_down"],
    )


def conditions_of(stored: Any) -> tuple[Condition, ...]:
    """The stored form, decoded."""
    return msgspec.convert(stored, tuple[Condition, ...])


async def reader_position(tx: Transaction, organization_id: str, name: str) -> int | None:
    """How far a reader has read; None, and noted at the journal's end, for one that begins."""
    found: int | None = await tx.value("alerts.reader_position", organization_id, name)
    return found
