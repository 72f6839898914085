"""Beginning: who may begin a conversation with a customer over a channel account, and with whom not."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.domain.access.actor import Actor, ActorKind, UserRole
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A channel account as a way to customers who have not written: `switched_on` by an administrator.

    `proactive`: its provider lets the house write first. What is begun over it comes into the queue.
    """

    queue_id: str
    switched_on: bool
    disabled: bool = False
    proactive: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What is known of a customer's address: they do not want to be written to; free text is taken there now."""

    opted_out: bool = False
    takes_text: bool = True


def begin_refusal(actor: Actor, way: Way) -> Refusal | None:
    """Agents of the queue and its supervisors, where an administrator has switched it on and the provider lets us."""
    if actor.kind is not ActorKind.USER or not actor.roles & {UserRole.AGENT, UserRole.SUPERVISOR}:
        return Refusal(Reason.ROLE_NEEDED, {"role": UserRole.AGENT.value})
    if actor.is_(UserRole.INTEGRATION):
        return Refusal(Reason.INTEGRATION_ACCOUNT)
    if way.queue_id not in actor.queues and not actor.supervises(way.queue_id):
        return Refusal(Reason.NOT_MEMBER, {"queue_id": way.queue_id})
    if way.disabled:
        return Refusal(Reason.CHANNEL_DISABLED)
    if not way.switched_on or not way.proactive:
        return Refusal(Reason.BEGIN_OFF)
    return None


def reach_refusal(reach: Reach, *, template: bool) -> Refusal | None:
    """Whoever has asked not to be written to is not; where no free text is taken, an approved template is."""
    if reach.opted_out:
        return Refusal(Reason.OPTED_OUT)
    if not reach.takes_text and not template:
        return Refusal(Reason.TEMPLATE_NEEDED)
    return None
