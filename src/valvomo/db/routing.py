"""What the router decides on, read at one moment."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db import agents, house
from valvomo.db.transaction import Transaction
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations.model import Channel
from valvomo.domain.routing.facts import House, Method, QueueRules, Seat, SkillMatch, Waiting

SAMPLES = 50
"""Handle times of a queue that estimates of its waiting rest on: the newest ones."""
MOST_FACTS = 2_000
"""After more facts than this everything is looked at, which is quicker than looking at each."""
_ELSEWHERE = frozenset({"signed_in", "acknowledged", "figures_seen", "figures_exported"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Touched:
    """What may be different since a position, as far as `position`: these conversations, and these agents by name."""

    position: int
    conversations: frozenset[str] = frozenset()
    agents: frozenset[str] = frozenset()


async def organizations(tx: Transaction) -> list[str]:
    """Where something waits in a queue."""
    return [row["id"] for row in await tx.rows("routing.organizations")]


async def head(tx: Transaction, organization_id: str) -> int:
    """How far the journal goes."""
    return int(await tx.value("journal.head", organization_id) or 0)


async def touched(tx: Transaction, organization_id: str, position: int) -> Touched | None:
    """What facts after a position name; None where anything may be different: a setting, or too much at once."""
    facts = await tx.rows("routing.facts", organization_id, position, MOST_FACTS)
    relevant = [one for one in facts if one["kind"] is not None and one["kind"] not in _ELSEWHERE]
    if len(facts) >= MOST_FACTS or any(one["kind"] == "setting_changed" for one in relevant):
        return None
    return Touched(
        position=facts[0]["head"] if facts else position,
        conversations=frozenset(one["conversation_id"] for one in relevant if one["conversation_id"]),
        agents=frozenset(str(agent) for one in relevant for agent in one["agents"] if agent),
    )


async def waiting(tx: Transaction, organization_id: str, queues: Collection[str] | None) -> list[Waiting]:
    """What waits in these queues, or in all."""
    rows = await tx.rows("routing.waiting", organization_id, None if queues is None else sorted(queues))
    return [waiting_of(row) for row in rows]


async def ahead(tx: Transaction, organization_id: str, mine: Waiting) -> list[tuple[Waiting, int]]:
    """Who is served before this one in its queue: of those who ask for the same, one like it and their number."""
    rows = await tx.rows(
        "routing.ahead", organization_id, mine.queue_id, mine.priority, mine.queued_at, mine.id
    )
    return [(replace(mine, needs=_needs(row), declines=row["declines"] or {}), row["count"]) for row in rows]


async def some_waiting(
    tx: Transaction, organization_id: str, ids: Collection[str]
) -> dict[str, tuple[int, Waiting]]:
    """Of these conversations those that wait, by id, each with its version."""
    rows = await tx.rows("routing.some_waiting", organization_id, sorted(ids)) if ids else []
    return {row["id"]: (row["version"], waiting_of(row)) for row in rows}


async def versions(tx: Transaction, organization_id: str) -> dict[str, int]:
    """Everything that waits: its version by id."""
    return {row["id"]: row["version"] for row in await tx.rows("routing.versions", organization_id)}


async def seats(
    tx: Transaction, organization_id: str, queues: Collection[str] | None, at: datetime
) -> list[Seat]:
    """Everybody who serves in these queues, or in any."""
    wanted = None if queues is None else sorted(queues)
    rows = await tx.rows("routing.seats", organization_id, wanted)
    return [one for one in await _seats(tx, organization_id, rows, at) if one.agent.serves]


async def some_seats(tx: Transaction, organization_id: str, concerned: Touched, at: datetime) -> list[Seat]:
    """The agents who are named, and all who have served these conversations or were ever asked to take one."""
    if not concerned.conversations and not concerned.agents:
        return []
    ids = (sorted(concerned.conversations), sorted(concerned.agents))
    return await _seats(tx, organization_id, await tx.rows("routing.some_seats", organization_id, *ids), at)


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
        needs=_needs(row),
        declines=row["declines"] or {},
        affinity_id=row["affinity_id"],
        orphaned=row["orphaned"],
        postponed=row["postponed"],
    )


def _needs(row: Any) -> tuple[Need, ...]:
    return msgspec.convert(row["needs"], tuple[Need, ...]) if row["needs"] else ()


async def handle_seconds(tx: Transaction, organization_id: str, queue_id: str) -> list[float]:
    """How long the newest conversations of a queue took from acceptance to their end, in seconds."""
    rows = await tx.rows("routing.handle_seconds", organization_id, queue_id, SAMPLES)
    return [row["seconds"] for row in rows]


async def handled(tx: Transaction, organization_id: str) -> dict[str, list[float]]:
    """The same of every queue, oldest first."""
    found: dict[str, list[float]] = {}
    for row in await tx.rows("routing.handled", organization_id, SAMPLES):
        found.setdefault(row["queue_id"], []).append(row["seconds"])
    return found


async def _seats(tx: Transaction, organization_id: str, rows: Iterable[Any], at: datetime) -> list[Seat]:
    times = {row["id"]: row for row in rows}
    people = await agents.seated(tx, organization_id, list(times.values()), at)
    return [
        Seat(agent=one, idle_since=times[one.id]["idle_since"], asked_at=times[one.id]["asked_at"])
        for one in people.values()
    ]
