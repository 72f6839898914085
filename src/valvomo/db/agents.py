"""Agents in PostgreSQL: what was chosen is a column, load is the sum of what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence

_SERVING = {UserRole.AGENT.value, UserRole.SUPERVISOR.value}


async def lock(tx: Transaction, organization_id: str, ids: Iterable[str]) -> dict[str, Agent]:
    """These agents with their load as it is once they are locked; always after the conversation (lock order)."""
    wanted = sorted(set(ids))
    rows = await tx.rows("agents.lock", organization_id, wanted)
    return await _with_load(tx, organization_id, rows, wanted)


async def lock_one(tx: Transaction, organization_id: str, agent_id: str) -> Agent | None:
    """One agent, locked."""
    return (await lock(tx, organization_id, [agent_id])).get(agent_id)


async def everybody(tx: Transaction, organization_id: str) -> dict[str, Agent]:
    """All agents as they are, without locks."""
    return await _with_load(tx, organization_id, await tx.rows("agents.all", organization_id), None)


async def set_presence(
    tx: Transaction, agent: Agent, chosen: Presence, at: datetime, *, by: str, restore: Presence | None = None
) -> None:
    """Keep what was chosen; `restore` is what comes back with a lost connection."""
    lost_at = at if restore is not None else None
    await tx.run(
        "agents.set_presence", agent.organization_id, agent.id, chosen.value, at, by,
        restore.value if restore else None, lost_at,
    )  # fmt: skip


async def _with_load(
    tx: Transaction, organization_id: str, rows: Iterable[Any], ids: list[str] | None
) -> dict[str, Agent]:
    load: dict[str, int] = {}
    held: dict[str, dict[str, int]] = {}
    queues: dict[str, set[str]] = {}
    for row in await tx.rows("agents.held", organization_id, ids):
        load[row["agent_id"]] = load.get(row["agent_id"], 0) + row["units"]
        held.setdefault(row["agent_id"], {})[row["channel"]] = row["conversations"]
    for row in await tx.rows("agents.queues", organization_id, ids):
        queues.setdefault(row["user_id"], set()).add(row["queue_id"])
    return {row["id"]: _agent(row, load, held, queues) for row in rows}


def _agent(
    row: Any, load: Mapping[str, int], held: Mapping[str, Mapping[str, int]], queues: Mapping[str, set[str]]
) -> Agent:
    return Agent(
        id=row["id"],
        organization_id=row["organization_id"],
        name=row["name"],
        chosen=Presence(row["chosen"]),
        capacity=row["capacity"],
        limits=row["limits"],
        load=load.get(row["id"], 0),
        held=held.get(row["id"], {}),
        queues=frozenset(queues.get(row["id"], ())),
        serves=not row["disabled"] and bool(_SERVING & set(row["roles"])),
    )
