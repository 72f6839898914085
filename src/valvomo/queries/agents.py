"""The presence board: agents whom the reader has to do with (spec 3 *Agents*)."""

from __future__ import annotations

from datetime import datetime

from valvomo.db import floor
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.colleagues import may_see_agent
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.agents import AgentRow, agent_row
from valvomo.protocol.pages import Page
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded

_ORDER = "agents"


async def listed(tx: Transaction, actor: Actor, at: datetime) -> list[AgentRow]:
    """Those on the presence board whom this actor may see, by name."""
    names = await floor.lookups(tx, actor.organization_id)
    seats = await floor.seats(tx, actor.organization_id, at)
    quiet = await floor.quiet(tx, actor.organization_id)
    rows = [
        agent_row(agent, since, actor, names, quiet_since=quiet.get(agent.id))
        for agent, since in seats.values()
        if agent.listed and may_see_agent(actor, agent.id, agent.queues)
    ]
    return sorted(rows, key=_key)


async def page(
    tx: Transaction, actor: Actor, at: datetime, *, cursor: str | None, limit: int
) -> Page[AgentRow] | Refusal:
    """Some of them."""
    try:
        place = decoded(cursor, _ORDER)
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    rows = [row for row in await listed(tx, actor, at) if place is None or _key(row) > (place.word, place.id)]
    word, last = _key(rows[limit - 1]) if len(rows) > limit else ("", None)
    following = encoded(Place(sort=_ORDER, rank=0, word=word, id=last)) if last else None
    return Page(items=rows[:limit], next=following)


def _key(row: AgentRow) -> tuple[str, str]:
    return row.name.lower(), row.id


async def one(tx: Transaction, actor: Actor, agent_id: str, at: datetime) -> AgentRow | Refusal:
    """One who can hold conversations, on the board or not, if this actor may see them."""
    seat = (await floor.seats(tx, actor.organization_id, at)).get(agent_id)
    if seat is None or not may_see_agent(actor, agent_id, seat[0].queues):
        return Refusal(Reason.NOT_FOUND)
    names = await floor.lookups(tx, actor.organization_id)
    quiet = await floor.quiet(tx, actor.organization_id)
    return agent_row(seat[0], seat[1], actor, names, quiet_since=quiet.get(agent_id))
