"""Whose own figures are shown to whom: the organization's policy on individual agents.

Figures are for running a floor. Those of one person say how that person works, so an organization decides whether
anybody sees them, and whoever looks is in the audit log.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.supervision import AgentFigures
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True)
class Shown:
    """Whose figures may be told apart; `agents` None is everybody's. Statements take it as a condition."""

    agents: frozenset[str] | None

    def has(self, agent_id: str | None) -> bool:
        """Whether this agent may be named."""
        return agent_id is not None and (self.agents is None or agent_id in self.agents)

    def only(self, wanted: Collection[str]) -> list[str] | None:
        """Those of the wanted ones (all, when none is named) that are shown; None is everybody."""
        if self.agents is None:
            return sorted(wanted) or None
        return sorted(self.agents & set(wanted)) if wanted else sorted(self.agents)


NOBODY = Shown(frozenset())


def agents_shown(
    actor: Actor, policy: AgentFigures, serving: Mapping[str, Collection[str]]
) -> Shown | Refusal:
    """Whose figures this actor may tell apart; `serving` are the queues of every agent.

    Off: nobody's. Team lead: a supervisor those of agents who serve in a queue that they supervise. All: supervisors
    and administrators everybody's, within the queues whose figures they see at all.
    """
    if policy is AgentFigures.OFF:
        return Refusal(Reason.AGENT_FIGURES_OFF, {"policy": policy.value})
    if actor.is_(UserRole.SUPERVISOR):
        if policy is AgentFigures.ALL or actor.supervises_all:
            return Shown(None)
        mine = {one for one, queues in serving.items() if not actor.supervised.isdisjoint(queues)}
        return Shown(frozenset(mine))
    if actor.is_(UserRole.ADMINISTRATOR) and policy is AgentFigures.ALL:
        return Shown(None)
    return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})


def sees_interventions(actor: Actor) -> bool:
    """Whether supervisors' acts are counted for them: agents must not learn of silent ones, be it by a number."""
    return actor.is_(UserRole.SUPERVISOR) or actor.is_(UserRole.ADMINISTRATOR)


def knows_moods(actor: Actor, *, shown_to_agents: bool) -> bool:
    """Whether what customers felt is counted for them: as with single conversations, never for a program."""
    if actor.is_(UserRole.INTEGRATION):
        return False
    return sees_interventions(actor) or shown_to_agents
