"""Who may see whose presence, load and figures: supervisors of the queues, colleagues in them, administrators."""

from __future__ import annotations

from collections.abc import Collection

from valvomo.domain.access.actor import Actor, ActorKind, UserRole


def may_see_agent(actor: Actor, agent_id: str, queues: Collection[str]) -> bool:
    """`queues` are those the agent serves in. Everybody sees themselves; customers see nobody."""
    if actor.kind is not ActorKind.USER:
        return False
    if actor.id == agent_id or actor.is_(UserRole.ADMINISTRATOR):
        return True
    if actor.is_(UserRole.SUPERVISOR) and (actor.supervises_all or not actor.supervised.isdisjoint(queues)):
        return True
    return actor.is_(UserRole.AGENT) and not actor.queues.isdisjoint(queues)


def figures_scope(actor: Actor) -> frozenset[str] | None:
    """Whose figures an actor sees: of the queues they supervise, or else serve in; None means of all."""
    if actor.is_(UserRole.SUPERVISOR):
        return None if actor.supervises_all else actor.supervised
    if actor.is_(UserRole.ADMINISTRATOR) or actor.is_(UserRole.INTEGRATION):
        return None
    return actor.queues
