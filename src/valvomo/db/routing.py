"""What the router decides on, read at one moment, and the lock that makes one process route at a time."""

from __future__ import annotations

from valvomo.db import agents, conversations, house
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.routing.fifo import House, Idle

MOST_WAITING = 1_000
"""So many are looked at in one round; the rest have their turn in the next."""


async def lock(tx: Transaction, organization_id: str) -> bool:
    """Whether this transaction is the one that routes now; it is until it ends."""
    return bool(await tx.value("routing.lock", organization_id))


async def organizations(tx: Transaction) -> list[str]:
    """Where something waits in a queue."""
    return [row["organization_id"] for row in await tx.rows("routing.waiting")]


async def waiting(tx: Transaction, organization_id: str) -> list[Conversation]:
    """What waits, in the order in which it is served within a queue."""
    rows = await tx.rows("conversations.waiting_in_queues", organization_id, MOST_WAITING)
    return [conversations.decode(row) for row in rows]


async def idle(tx: Transaction, organization_id: str) -> list[Idle]:
    """Everybody who serves, and since when they have been as free as they are."""
    since = {row["id"]: row["idle_since"] for row in await tx.rows("agents.all", organization_id)}
    everybody = await agents.everybody(tx, organization_id)
    return [Idle(agent=one, since=since[one.id]) for one in everybody.values() if one.serves]


async def rules(tx: Transaction, organization_id: str) -> House:
    """Workstreams, and the priorities of queues."""
    workstreams = [house.workstream_of(row) for row in await tx.rows("house.workstreams", organization_id)]
    queues = await tx.rows("house.queues", organization_id)
    return House(
        workstreams={one.id: one for one in workstreams},
        priorities={row["id"]: row["priority"] for row in queues},
    )
