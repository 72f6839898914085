"""What an operator asks the whole database: how much waits, for how long, and how far every journal goes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from valvomo.db.lost import LOST
from valvomo.queries.reading import Reader
from valvomo.telemetry.fresh import Fresh

PATIENCE_SECONDS = 3.0
KEPT_SECONDS = 5.0
"""So long it is not asked for again, however many ask."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelBacklog:
    """Of what comes in and goes out over channels: how much waits, for how long, and what was given up."""

    arrivals: int
    arrival_age: float
    arrivals_given_up: int
    dispatches: int
    dispatch_age: float
    dispatches_failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """At one moment. Ages in seconds, 0 where nothing waits; `heads` are positions by organization."""

    timers: int
    timer_age: float
    letters: int
    letter_age: float
    channels: ChannelBacklog
    ongoing: Mapping[str, int]
    orphans: int
    heads: Mapping[str, int]
    findings: int
    inspection_age: float
    unproved: int
    retention_age: float


async def backlog(reader: Reader, now: datetime) -> Backlog | None:
    """What waits now; None when the database does not say in time."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), reader.reading() as tx:
            row = await tx.row("operating.backlog", now)
            states = await tx.rows("operating.ongoing")
            over = await tx.row("dispatches.backlog")
            heads = await tx.rows("journal.heads")
            inspected = await tx.row("inspections.newest")
            overdue = await tx.value("erasing.overdue")
    except LOST:
        return None
    if row is None or inspected is None or over is None:
        return None
    return Backlog(
        timers=row["timers"],
        timer_age=_age(row["timer"], now),
        letters=row["letters"],
        letter_age=_age(row["letter"], now),
        channels=ChannelBacklog(
            arrivals=over["arrivals"],
            arrival_age=_age(over["oldest_arrival"], now),
            arrivals_given_up=over["arrivals_given_up"],
            dispatches=over["dispatches"],
            dispatch_age=_age(over["oldest_dispatch"], now),
            dispatches_failed=over["dispatches_failed"],
        ),
        ongoing={one["state"]: one["conversations"] for one in states},
        orphans=sum(one["orphans"] for one in states),
        heads={one["organization_id"]: one["position"] for one in heads},
        findings=int(inspected["findings"]),
        inspection_age=_age(inspected["oldest"], now),
        unproved=int(inspected["behind"]),
        retention_age=_age(overdue, now),
    )


def kept(reader: Reader, clock: Callable[[], datetime]) -> Fresh[Backlog | None]:
    """The same for all who ask within a moment."""
    return Fresh(lambda: backlog(reader, clock()), KEPT_SECONDS)


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0
