"""Finding the agent or the queue that a command names."""

from __future__ import annotations

from valvomo.commands.work import Work
from valvomo.db import house
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.marks import ScheduledTransfer
from valvomo.domain.conversations.targets import Queue
from valvomo.domain.refusals import Reason, Refusal


async def agent_target(work: Work, agent_id: str) -> Agent | Refusal:
    """The agent, locked, so that their load cannot change under the decision."""
    agent = await work.lock_agent(agent_id)
    if agent is not None:
        return agent
    bot = await work.tx.row("bots.get", work.organization_id, agent_id)
    if bot is not None:
        return Refusal(Reason.BOT_TARGET, {"agent": bot["name"]})
    return Refusal(Reason.UNKNOWN_TARGET, {"agent": agent_id})


async def scheduled_target(work: Work, wish: ScheduledTransfer | None) -> Agent | Queue | None:
    """Whom or what a transfer that waited for the end of a call is to, if it is still there; the agent is locked."""
    if wish is None:
        return None
    if wish.agent_id is not None:
        return await work.lock_agent(wish.agent_id)
    return await house.queue(work.tx, work.organization_id, wish.queue_id or "", work.now)


async def queue_target(work: Work, queue: str) -> Queue | Refusal:
    """The queue by id or name."""
    found = await house.queue(work.tx, work.organization_id, queue, work.now)
    return found or Refusal(Reason.UNKNOWN_TARGET, {"queue": queue})
