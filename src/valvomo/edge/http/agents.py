"""Agents: the presence board, and setting a presence (spec 1 §2, spec 3 *Agents*)."""

from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.agents.presence import SetPresence
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.agents import AgentRow
from valvomo.protocol.pages import Page
from valvomo.protocol.requests import SetPresenceRequest
from valvomo.queries import agents

TAGS = ("agents",)


@get("/agents", tags=TAGS, operation_id="listAgents", summary="List agents")
async def list_agents(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], cursor: Cursor = None, limit: Limit = 100
) -> Page[AgentRow]:
    """Presence and load of everybody whom the caller has to do with, by name: colleagues, and agents they supervise."""
    async with parts.reader.reading() as tx:
        return found(await agents.page(tx, actor, parts.clock(), cursor=cursor, limit=limit))


@get("/agents/{agent_id:str}/presence", tags=TAGS, operation_id="getPresence", summary="An agent's presence")
async def get_presence(
    agent_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> AgentRow:
    """`presence` is what everybody sees, `chosen` what was set."""
    async with parts.reader.reading() as tx:
        return found(await agents.one(tx, actor, agent_id, parts.clock()))


@put("/agents/{agent_id:str}/presence", tags=TAGS, operation_id="setPresence", summary="Set a presence")
async def set_presence(
    agent_id: PathId,
    data: JSONBody[SetPresenceRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> AgentRow:
    """One's own; or, as a supervisor, that of an agent in a queue one supervises."""
    command = SetPresence(agent_id=agent_id, presence=data.presence, status_id=data.status)
    done(await parts.executor.execute(actor, command, key))
    async with parts.reader.reading() as tx:
        return found(await agents.one(tx, actor, agent_id, parts.clock()))


ROUTES = (list_agents, get_presence, set_presence)
