"""Agents in PostgreSQL: what was chosen is a column, load is the sum of what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from valvomo.db.hours import at_hand, hours_of
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence, Status
from valvomo.domain.routing.hours import is_open

_SERVING = {UserRole.AGENT.value, UserRole.SUPERVISOR.value}


async def lock(tx: Transaction, organization_id: str, ids: Iterable[str], at: datetime) -> dict[str, Agent]:
    """These agents with their load as it is once they are locked; always after the conversation (lock order)."""
    wanted = sorted(set(ids))
    rows = await tx.rows("agents.lock", organization_id, wanted)
    return await _whole(tx, rows, (organization_id, wanted), at)


async def lock_one(tx: Transaction, organization_id: str, agent_id: str, at: datetime) -> Agent | None:
    """One agent, locked."""
    return (await lock(tx, organization_id, [agent_id], at)).get(agent_id)


async def everybody(tx: Transaction, organization_id: str, at: datetime) -> dict[str, Agent]:
    """All agents as they are, without locks."""
    rows = await tx.rows("agents.all", organization_id)
    return await _whole(tx, rows, (organization_id, None), at)


async def duty(tx: Transaction, organization_id: str, at: datetime) -> dict[str, bool]:
    """Whether it is within their working hours, of those agents who have any; by id, in a single statement."""
    rows = await tx.rows("agents.duty", organization_id)
    await at_hand(rows, at)
    return {one: is_open(hours_of(row, at), at) for row in rows for one in row["agent_ids"]}


async def set_presence(
    tx: Transaction,
    agent: Agent,
    chosen: Presence,
    at: datetime,
    *,
    by: str,
    status_id: str | None = None,
    restore: bool = False,
) -> None:
    """Keep what was chosen, with `restore` also what was before: it comes back with a lost connection."""
    former = (agent.chosen.value, agent.status_id) if restore else (None, None)
    await tx.run(
        "agents.set_presence", agent.organization_id, agent.id, chosen.value, at, by, former[0], status_id,
        former[1],
    )  # fmt: skip


async def status(tx: Transaction, organization_id: str, status_id: str | None) -> Status | None:
    """A custom presence, which stays as it is until the transaction ends; None when there is none of this id."""
    row = await tx.row("agents.status", organization_id, status_id)
    return status_of(row) if row else None


def status_of(row: Any) -> Status:
    """A row of `presences`."""
    return Status(id=row["id"], name=row["name"], names=row["names"], presence=Presence(row["presence"]))


async def seated(
    tx: Transaction, organization_id: str, rows: Sequence[Any], at: datetime
) -> dict[str, Agent]:
    """Rows of agents that say themselves what is `held` (channel: units, conversations) and in which `queues`."""
    duty = await _duty(tx, organization_id, at) if any(row["hours_id"] for row in rows) else {}
    return {row["id"]: _agent(row, row["held"] or {}, row["queues"], duty) for row in rows}


async def _whole(
    tx: Transaction, rows: Sequence[Any], whose: tuple[str, list[str] | None], at: datetime
) -> dict[str, Agent]:
    """Rows of agents (of an organization, of these ids or all) with what they carry and whether they are on duty."""
    held: dict[str, dict[str, tuple[int, int]]] = {}
    queues: dict[str, set[str]] = {}
    for row in await tx.rows("agents.held", *whose):
        held.setdefault(row["agent_id"], {})[row["channel"]] = (row["units"], row["conversations"])
    for row in await tx.rows("agents.queues", *whose):
        queues.setdefault(row["user_id"], set()).add(row["queue_id"])
    duty = await _duty(tx, whose[0], at) if any(row["hours_id"] for row in rows) else {}
    return {row["id"]: _agent(row, held.get(row["id"], {}), queues.get(row["id"], ()), duty) for row in rows}


async def _duty(tx: Transaction, organization_id: str, at: datetime) -> dict[str, bool]:
    """Which working hours are now."""
    rows = await tx.rows("agents.hours", organization_id)
    await at_hand(rows, at)
    return {row["id"]: is_open(hours_of(row, at), at) for row in rows}


def _agent(
    row: Any, held: Mapping[str, tuple[int, int]], queues: Iterable[str], duty: Mapping[str, bool]
) -> Agent:
    """A row of agents with units and conversations by kind of channel."""
    return Agent(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        chosen=Presence(row["chosen"]),
        capacity=row["capacity"],
        limits=row["limits"],
        load=sum(units for units, _ in held.values()),
        held={channel: conversations for channel, (_, conversations) in held.items()},
        queues=frozenset(queues),
        serves=not row["disabled"] and bool(_SERVING & set(row["roles"])),
        is_agent=UserRole.AGENT.value in row["roles"],
        skills=row["skills"] or {},
        on_duty=duty.get(row["hours_id"], True),
        status_id=row["status_id"],
    )
