"""An agent's live connections: the last one lost means offline at once, and clocks that run (spec 1 §2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from valvomo.commands.agents.presence import change_presence
from valvomo.commands.conversations.revive import hear
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.domain.agents.events import AgentConnected, AgentDisconnected
from valvomo.domain.agents.presence import RESTORE_SECONDS, Presence
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.offers import OfferWithdrawn
from valvomo.domain.conversations.queueing import OwnerReturned, owner_lost


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentConnect(Command):
    """A live connection of the acting agent was opened."""

    connection_id: str
    process_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDisconnect(Command):
    """A live connection of the acting agent was lost."""

    connection_id: str
    process_id: str


@handles(AgentConnect)
async def agent_connect(work: Work, command: AgentConnect) -> Outcome:
    """Back within the time: the former presence, and their conversations stay theirs."""
    mine = await conversations.lock_of_person(work.tx, work.organization_id, work.actor.id)
    agent = await work.lock_agent(work.actor.id)
    first = not await work.tx.value("connections.of_user", work.organization_id, work.actor.id)
    await work.tx.run(
        "connections.open", command.process_id, command.connection_id, work.organization_id, work.actor.id,
        None, work.now,
    )  # fmt: skip
    if agent is None or not first:
        return {}
    for conversation in mine:
        if conversation.owner_id == agent.id and "agent_gone" in conversation.deadlines:
            await work.record(conversation, (OwnerReturned(agent_id=agent.id),))
    work.note(AgentConnected(agent_id=agent.id))
    row = await work.tx.row("agents.lock", work.organization_id, [agent.id])
    since = work.now - timedelta(seconds=RESTORE_SECONDS)
    if row and row["restore"] and row["lost_at"] >= since and agent.chosen is Presence.OFFLINE:
        await change_presence(
            work, agent, Presence(row["restore"]), by_role="system", cause="connection_restored"
        )
    return {}


@handles(AgentDisconnect)
async def agent_disconnect(work: Work, command: AgentDisconnect) -> Outcome:
    """Offline at once; offers to them are withdrawn, what they serve waits for them a while."""
    mine = await conversations.lock_of_person(work.tx, work.organization_id, work.actor.id)
    agent = await work.lock_agent(work.actor.id)
    await work.tx.run("connections.close", command.process_id, command.connection_id)
    if agent is None or await work.tx.value("connections.of_user", work.organization_id, agent.id):
        return {}
    work.note(AgentDisconnected(agent_id=agent.id))
    for conversation in mine:
        await hear(work, await work.record(conversation, await _lost(work, conversation, agent.id)))
    if agent.chosen is not Presence.OFFLINE:
        await change_presence(
            work, agent, Presence.OFFLINE, by_role="system", cause="connection_lost", restore=agent.chosen
        )
    return {}


async def _lost(work: Work, conversation: Conversation, agent_id: str) -> tuple[Event, ...]:
    workstream = await work.workstream(conversation)
    offer = conversation.offer_to(agent_id)
    if offer is not None:
        open_until = workstream.auto_close(workstream.timers.auto_close_open, work.now)
        return (OfferWithdrawn(offer=offer, cause="connection_lost", auto_close_at=open_until),)
    if conversation.owner_id == agent_id:
        return owner_lost(conversation, workstream, work.now)
    return ()
