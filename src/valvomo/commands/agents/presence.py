"""Set a presence: an agent their own, a supervisor an agent's, the system what follows (spec 1 §2, §4)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import agents
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.events import PresenceSet
from valvomo.domain.agents.presence import CHOOSABLE, Presence
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPresence(Command):
    """Choose a presence; `inactive` is the system's own."""

    agent_id: str
    presence: Presence


@handles(SetPresence)
async def set_presence(work: Work, command: SetPresence) -> Outcome:
    """One's own; or, as a supervisor, that of an agent in a queue one supervises."""
    agent = await work.lock_agent(command.agent_id)
    if agent is None:
        return Refusal(Reason.NOT_FOUND)
    if command.presence not in CHOOSABLE:
        return Refusal(Reason.MALFORMED, {"presence": command.presence.value})
    mine = agent.id == work.actor.id
    if not mine and (refusal := _supervisor_refusal(work, agent)):
        return refusal
    await change_presence(work, agent, command.presence, by_role="agent" if mine else "supervisor")
    return {"id": agent.id, "presence": command.presence.value}


async def change_presence(
    work: Work,
    agent: Agent,
    chosen: Presence,
    *,
    by_role: str,
    cause: str | None = None,
    restore: Presence | None = None,
) -> None:
    """Write it with its fact, unless it is so already. `restore` comes back with a lost connection."""
    if chosen is agent.chosen and restore is None:
        return
    await agents.set_presence(work.tx, agent, chosen, work.now, by=by_role, restore=restore)
    work.note(
        PresenceSet(
            agent_id=agent.id,
            agent_name=agent.name,
            chosen=chosen,
            before=agent.chosen,
            by_id=work.actor.id,
            by_role=by_role,
            cause=cause,
        )
    )


def _supervisor_refusal(work: Work, agent: Agent) -> Refusal | None:
    actor = work.actor
    if actor.is_(UserRole.INTEGRATION):
        return Refusal(Reason.INTEGRATION_ACCOUNT, {"right": "presence"})
    if not actor.is_(UserRole.SUPERVISOR):
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
    if actor.supervises_all or actor.supervised & agent.queues:
        return None
    return Refusal(Reason.NOT_FOUND)
