"""Who serves no more gives up what they have: at once when it is so, and by the janitor if any is left."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.agents.presence import change_presence
from valvomo.commands.conversations.revive import hear
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.serving_no_more import CAUSE, without


@dataclass(frozen=True, slots=True, kw_only=True)
class EndServing(Command):
    """Take from an account what it cannot serve; nothing when it serves."""

    person_id: str


@handles(EndServing)
async def end_serving_of(work: Work, command: EndServing) -> Outcome:
    """By the system alone: for who got a conversation in the moment in which they were disabled."""
    if refusal := system_refusal(work.actor):
        return refusal
    await conversations.lock_of_person(work.tx, work.organization_id, command.person_id)
    agent = await work.lock_agent(command.person_id)
    if agent is None or not agent.serves:
        await end_serving(work, command.person_id)
    return {}


async def end_serving(work: Work, person_id: str) -> None:
    """Whoever serves no more has nothing and is offline: should they serve again, they will say when they are there."""
    for conversation in await conversations.lock_of_person(work.tx, work.organization_id, person_id):
        workstream = await work.workstream(conversation)
        queue = await work.queue_name(conversation.queue_id)
        events = without(person_id, conversation, workstream, queue, at=work.now)
        await hear(work, await work.record(conversation, events))
    agent = await work.lock_agent(person_id)
    if agent is not None:
        await change_presence(work, agent, Presence.OFFLINE, by_role="system", cause=CAUSE)
