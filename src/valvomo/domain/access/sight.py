"""Who may see a conversation, and who may read what is said in it.

One predicate serves the request guard and the live fan-out, so a screen can show neither more nor less than the
interface would answer.
"""

from __future__ import annotations

from valvomo.domain.access.actor import Actor, ActorKind, UserRole
from valvomo.domain.consent.policy import consent_refusal
from valvomo.domain.conversations.model import Conversation, Role, State
from valvomo.domain.refusals import Reason, Refusal


def may_see(actor: Actor, conversation: Conversation) -> bool:
    """Whether the conversation exists for this actor at all; if not, the answer is 404."""
    if actor.organization_id != conversation.organization_id:
        return False
    if actor.kind is ActorKind.BOT:
        return conversation.bot_id == actor.id
    if actor.kind is not ActorKind.USER:
        return actor.kind is ActorKind.SYSTEM or actor.conversation_id == conversation.id
    if actor.is_(UserRole.INTEGRATION) or actor.supervises(conversation.queue_id):
        return True
    return (
        takes_part(actor, conversation)
        or (conversation.state is State.OPEN and serves_in(actor, conversation))
        or actor.id in conversation.served_by
    )


def takes_part(actor: Actor, conversation: Conversation) -> bool:
    """Whether the user is in the conversation in any role, or is asked to be."""
    return conversation.role_of(actor.id) is not None or conversation.offer_to(actor.id) is not None


def read_refusal(actor: Actor, conversation: Conversation) -> Refusal | None:
    """Why this actor may not read the transcript; None when they may.

    Seeing a conversation on the floor is not reading it: a supervisor reads while monitoring or joined, and
    once it is closed, if the customer's consent allows (spec 1 §3, §5).
    """
    if not may_see(actor, conversation):
        return Refusal(Reason.NOT_FOUND)
    if actor.kind is ActorKind.CUSTOMER:
        return None
    role = conversation.role_of(actor.id)
    if role is not None and (role is not Role.MONITOR or actor.supervises(conversation.queue_id)):
        return None
    if conversation.offer_to(actor.id) is not None:
        return Refusal(Reason.OFFER_PENDING)
    if conversation.state is State.CLOSED and actor.id in conversation.served_by:
        return None
    if actor.supervises(conversation.queue_id):
        if conversation.state is not State.CLOSED:
            return Refusal(Reason.MONITOR_FIRST)
        return consent_refusal(conversation)
    return Refusal(Reason.NOT_PARTICIPANT)


def shows_preview(conversation: Conversation) -> bool:
    """Whether the floor may show the last line: under consent without a yes it may not."""
    return consent_refusal(conversation) is None


def knows_of_monitoring(actor: Actor, conversation: Conversation, *, shown_to_agents: bool) -> bool:
    """Whether silent participation may be named to this actor: supervisors of the queue, and the monitor itself."""
    if actor.kind is ActorKind.CUSTOMER:
        return False
    mine = conversation.role_of(actor.id)
    return (
        actor.supervises(conversation.queue_id) or mine in (Role.MONITOR, Role.SUPERVISOR) or shown_to_agents
    )


def knows_mood(actor: Actor, conversation: Conversation, *, shown_to_agents: bool) -> bool:
    """Whether this actor may know what the customer feels: supervisors of the queue and whoever watches over it.

    Agents if the organization says so. Never the customer, and no program: what a program knows is outside.
    """
    if not reads_notes(actor):
        return False
    mine = conversation.role_of(actor.id)
    return (
        actor.supervises(conversation.queue_id) or mine in (Role.MONITOR, Role.SUPERVISOR) or shown_to_agents
    )


def reads_notes(actor: Actor) -> bool:
    """Whether the words with an offer or a transfer are for this actor: they are internal, and a program is outside."""
    return actor.kind is ActorKind.USER and not actor.is_(UserRole.INTEGRATION)


def serves_in(actor: Actor, conversation: Conversation) -> bool:
    """Whether the user is an agent of the conversation's queue."""
    return (
        actor.organization_id == conversation.organization_id
        and actor.kind is ActorKind.USER
        and actor.is_(UserRole.AGENT)
        and conversation.queue_id in actor.queues
    )
