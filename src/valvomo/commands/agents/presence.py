"""Set a presence: an agent their own, a supervisor an agent's, the system what follows (spec 1 §2, §4).

A custom presence (status) holds for as long as the presence that it stands for is not set anew.
"""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import agents
from valvomo.domain.access.actor import UserRole
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.events import PresenceSet
from valvomo.domain.agents.presence import Presence, Status, chosen_presence
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPresence(Command):
    """Choose a presence, a custom one, or both if they agree; `inactive` is the system's own."""

    agent_id: str
    presence: Presence | None = None
    status_id: str | None = None


@handles(SetPresence)
async def set_presence(work: Work, command: SetPresence) -> Outcome:
    """One's own; or, as a supervisor, that of an agent in a queue one supervises."""
    agent = await work.lock_agent(command.agent_id)
    if agent is None:
        return Refusal(Reason.NOT_FOUND)
    mine = agent.id == work.actor.id
    if not mine and (refusal := _supervisor_refusal(work, agent)):
        return refusal
    status = await agents.status(work.tx, work.organization_id, command.status_id)
    if command.status_id is not None and status is None:
        return Refusal(Reason.UNKNOWN_TARGET, {"status": command.status_id})
    chosen = chosen_presence(command.presence, status)
    if isinstance(chosen, Refusal):
        return chosen
    await change_presence(work, agent, chosen, status=status, by_role="agent" if mine else "supervisor")
    return {"id": agent.id, "presence": chosen.value}


async def change_presence(
    work: Work,
    agent: Agent,
    chosen: Presence,
    *,
    by_role: str,
    status: Status | None = None,
    cause: str | None = None,
    restore: bool = False,
) -> None:
    """Write it with its fact, unless it is so already; with `restore` what was comes back with a lost connection."""
    status_id = status.id if status else None
    if (chosen, status_id) == (agent.chosen, agent.status_id) and not restore:
        return
    await agents.set_presence(
        work.tx, agent, chosen, work.now, by=by_role, status_id=status_id, restore=restore
    )
    work.note(
        PresenceSet(
            agent_id=agent.id,
            agent_name=agent.name,
            chosen=chosen,
            before=agent.chosen,
            by_id=work.actor.id,
            by_role=by_role,
            cause=cause,
            status_id=status_id,
            status_name=status.name if status else None,
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
