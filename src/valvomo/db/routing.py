"""What the router decides on, read at one moment, and the lock that makes one process route at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db import agents, house
from valvomo.db.transaction import Transaction
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.routing.facts import House, Method, QueueRules, Seat, SkillMatch, Waiting

MOST_FACTS = 2_000
"""After more facts than this everything is looked at, which is quicker than looking at each."""
_ELSEWHERE = frozenset({"signed_in", "acknowledged"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What may have become different since a position: these queues, or with None all of them."""

    position: int
    queues: frozenset[str] | None = field(default_factory=frozenset)


async def lock(tx: Transaction, organization_id: str) -> bool:
    """Whether this transaction is the one that routes now; it is until it ends."""
    return bool(await tx.value("routing.lock", organization_id))


async def organizations(tx: Transaction) -> list[str]:
    """Where something waits in a queue."""
    return [row["organization_id"] for row in await tx.rows("routing.organizations")]


async def touched(tx: Transaction, organization_id: str, position: int | None) -> Touched:
    """In which queues somebody may be asked now who could not be before.

    A conversation concerns its queue; an agent whom a fact names, or who has served the conversation, concerns all
    queues in which they serve.
    """
    if position is None:
        return Touched(position=await _head(tx, organization_id), queues=None)
    facts = await tx.rows("routing.facts", organization_id, position, MOST_FACTS)
    if not facts:
        return Touched(position=position)
    last = facts[-1]["position"]
    relevant = [one for one in facts if one["kind"] not in _ELSEWHERE]
    if len(facts) >= MOST_FACTS or any(one["kind"] == "setting_changed" for one in relevant):
        return Touched(position=await _head(tx, organization_id), queues=None)
    conversations = {one["conversation_id"] for one in relevant if one["conversation_id"]}
    named = {str(agent) for one in relevant for agent in one["agents"] if agent}
    rows = await tx.rows("routing.queues_of", organization_id, sorted(conversations), sorted(named))
    return Touched(position=last, queues=frozenset(row["queue_id"] for row in rows))


async def waiting(tx: Transaction, organization_id: str, queues: Collection[str] | None) -> list[Waiting]:
    """What waits in these queues, or in all."""
    rows = await tx.rows("routing.waiting", organization_id, None if queues is None else sorted(queues))
    return [waiting_of(row) for row in rows]


async def seats(tx: Transaction, organization_id: str, queues: Collection[str], at: datetime) -> list[Seat]:
    """Everybody who serves in these queues."""
    rows = await tx.rows("routing.seats", organization_id, sorted(queues))
    times = {row["id"]: row for row in rows}
    people = await agents.some(tx, organization_id, times, at)
    return [
        Seat(agent=one, idle_since=times[one.id]["idle_since"], asked_at=times[one.id]["asked_at"])
        for one in people.values()
        if one.serves
    ]


async def rules(tx: Transaction, organization_id: str, known: House | None = None) -> House:
    """Workstreams, how queues give out their work, and since when it is so.

    What is `known` is given back where no setting has changed since.
    """
    version = await tx.value("routing.version", organization_id) or 0
    if known is not None and known.version == version:
        return known
    workstreams = [house.workstream_of(row) for row in await tx.rows("house.workstreams", organization_id)]
    queues = await tx.rows("routing.queues", organization_id)
    return House(
        workstreams={one.id: one for one in workstreams},
        queues={row["id"]: queue_rules(row) for row in queues},
        version=version,
    )


def queue_rules(row: Any) -> QueueRules:
    """How a queue (a row of `queues`) gives out its work."""
    return QueueRules(
        id=row["id"],
        priority=row["priority"],
        method=Method(row["method"]),
        match=SkillMatch(row["match"]),
    )


def waiting_of(row: Any) -> Waiting:
    """A row of `routing.waiting`."""
    return Waiting(
        id=row["id"],
        queue_id=row["queue_id"],
        workstream_id=row["workstream_id"],
        channel=Channel(row["channel"]),
        units=row["units"],
        queued_at=row["queued_at"],
        priority=row["priority"],
        needs=msgspec.convert(row["needs"], tuple[Need, ...]) if row["needs"] else (),
        declines=row["declines"] or {},
        affinity_id=row["affinity_id"],
        orphaned=row["orphaned"],
    )


async def _head(tx: Transaction, organization_id: str) -> int:
    return int(await tx.value("journal.head", organization_id) or 0)


async def handle_seconds(tx: Transaction, organization_id: str, queue_id: str, limit: int) -> list[float]:
    """How long the newest conversations of a queue took from acceptance to their end, in seconds."""
    rows = await tx.rows("routing.handle_seconds", organization_id, queue_id, limit)
    return [row["seconds"] for row in rows]
