"""An agent's live connections: the last one lost means offline at once, and clocks that run (spec 1 §2).

Only a connection that was lost makes somebody gone. Who has never had one works by the interface alone, as programs
do: their silence says nothing, so neither what they serve nor what they monitor is taken from them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from valvomo.commands.agents.presence import change_presence
from valvomo.commands.conversations.revive import hear
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import agents, conversations
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.events import AgentConnected, AgentDisconnected
from valvomo.domain.agents.presence import RESTORE_SECONDS, Presence
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.leaving import gone
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


@dataclass(frozen=True, slots=True, kw_only=True)
class EndWatching(Command):
    """End what a supervisor who lost their last live connection and did not come back monitors or has joined."""

    person_id: str


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
    row = await work.tx.row("agents.lock", work.organization_id, [agent.id])
    await work.tx.run("agents.set_lost", work.organization_id, agent.id, None)
    for conversation in mine:
        if conversation.owner_id == agent.id and "agent_gone" in conversation.deadlines:
            await work.record(conversation, (OwnerReturned(agent_id=agent.id),))
    work.note(AgentConnected(agent_id=agent.id))
    since = work.now - timedelta(seconds=RESTORE_SECONDS)
    back = row is not None and row["restore"] and row["lost_at"] is not None and row["lost_at"] >= since
    if row is not None and back and agent.chosen is Presence.OFFLINE:
        await _restore(work, agent, Presence(row["restore"]), row["restore_status_id"])
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
    await work.tx.run("agents.set_lost", work.organization_id, agent.id, work.now)
    for conversation in mine:
        await hear(work, await work.record(conversation, await _lost(work, conversation, agent.id)))
    if agent.chosen is not Presence.OFFLINE:
        await change_presence(
            work, agent, Presence.OFFLINE, by_role="system", cause="connection_lost", restore=True
        )
    return {}


@handles(EndWatching)
async def end_watching(work: Work, command: EndWatching) -> Outcome:
    """By the system alone; nothing when they have come back meanwhile."""
    if refusal := system_refusal(work.actor):
        return refusal
    theirs = await conversations.lock_of_person(work.tx, work.organization_id, command.person_id)
    row = await work.tx.row("agents.lock", work.organization_id, [command.person_id])
    if row is None or row["lost_at"] is None:
        return {}
    for conversation in theirs:
        await work.record(conversation, gone(conversation, command.person_id, row["lost_at"], work.now))
    return {}


async def _restore(work: Work, agent: Agent, former: Presence, status_id: str | None) -> None:
    """The custom presence too, if it still stands for the same."""
    status = await agents.status(work.tx, work.organization_id, status_id)
    if status is not None and status.presence is not former:
        status = None
    await change_presence(work, agent, former, status=status, by_role="system", cause="connection_restored")


async def _lost(work: Work, conversation: Conversation, agent_id: str) -> tuple[Event, ...]:
    workstream = await work.workstream(conversation)
    offer = conversation.offer_to(agent_id)
    if offer is not None:
        open_until = workstream.auto_close(workstream.timers.auto_close_open, work.now)
        return (OfferWithdrawn(offer=offer, cause="connection_lost", auto_close_at=open_until),)
    if conversation.owner_id == agent_id:
        return owner_lost(conversation, workstream, work.now)
    return ()
