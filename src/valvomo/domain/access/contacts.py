"""Who may know of contacts, change what is known of them, and say that two of them are one customer."""

from __future__ import annotations

from valvomo.domain.access.actor import Actor, ActorKind, UserRole
from valvomo.domain.refusals import Reason, Refusal

_ALL = frozenset({UserRole.SUPERVISOR, UserRole.ADMINISTRATOR, UserRole.INTEGRATION})
_MERGERS = frozenset({UserRole.SUPERVISOR, UserRole.ADMINISTRATOR})


def knows_all_contacts(actor: Actor) -> bool:
    """Whether the actor may know of every contact: supervisors, administrators and programs.

    An agent knows those with whom there is a conversation that the agent may see.
    """
    return actor.kind is ActorKind.USER and bool(_ALL & actor.roles)


def contacts_refusal(actor: Actor) -> Refusal | None:
    """Why contacts are not for this actor at all."""
    if knows_all_contacts(actor) or (actor.kind is ActorKind.USER and actor.is_(UserRole.AGENT)):
        return None
    return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.AGENT.value})


def merge_refusal(actor: Actor) -> Refusal | None:
    """Why this actor may not say that two contacts are one customer, or are not."""
    if actor.kind is ActorKind.USER and _MERGERS & actor.roles:
        return None
    return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.SUPERVISOR.value})
