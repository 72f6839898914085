"""Whom a conversation can be given to: agents and queues, with the reason for every no (spec 1 §3 a–c)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from valvomo.domain.agents.capacity import Agent, exceeded_by
from valvomo.domain.conversations.model import SPOKEN, Channel, Conversation, Offer, OfferKind
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """Where conversations wait, as the rules see it; `members` counts agents, `opens_at` is set while it is closed."""

    id: str
    name: str
    kind: str
    members: int
    open: bool = True
    opens_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How an agent is asked: by whom, with which overrides, with which words."""

    offer_id: str
    kind: OfferKind
    by_id: str | None
    by_role: str
    override_presence: bool = False
    override_capacity: bool = False
    note: str | None = None
    stay: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What taking a conversation on costs; None for advice, which costs nothing and needs no room."""

    units: int | None
    channel: Channel


def queue_kind(channel: Channel) -> str:
    """Queues hold one kind of work: `messaging`, `voice` or `record`."""
    if channel in SPOKEN:
        return "voice"
    return "record" if channel is Channel.RECORD else "messaging"


def queue_refusal(conversation: Conversation, queue: Queue) -> Refusal | None:
    """Every other queue of the same kind; never one that is closed or where nobody serves (spec 1 §3 b)."""
    return passing_refusal(conversation.queue_id, conversation.channel, queue)


def passing_refusal(queue_id: str, channel: Channel, queue: Queue) -> Refusal | None:
    """Why nothing of this channel that is in the one queue can be passed on to the other."""
    facts = {"queue": queue.name}
    if queue.id == queue_id:
        return Refusal(Reason.SAME_QUEUE, facts)
    if queue.kind != queue_kind(channel):
        return Refusal(Reason.OTHER_KIND, facts)
    if queue.members == 0:
        return Refusal(Reason.NO_MEMBERS, facts)
    return None if queue.open else Refusal(Reason.QUEUE_CLOSED, {**facts, "opens_at": queue.opens_at})


def agent_refusal(
    conversation: Conversation, workstream: Workstream, agent: Agent, asking: Asking
) -> Refusal | None:
    """Why this agent cannot be asked; presence and capacity give way to an explicit override."""
    facts: dict[str, object] = {"agent": agent.name}
    if conversation.role_of(agent.id) is not None and agent.id == conversation.owner_id:
        return Refusal(Reason.SAME_AGENT, facts)
    if conversation.offer_to(agent.id) is not None:
        return Refusal(Reason.OFFER_PENDING, facts)
    units = None if asking.kind is OfferKind.CONSULT else conversation.units
    return seat_refusal(Load(units=units, channel=conversation.channel), workstream, agent, asking)


def seat_refusal(load: Load, workstream: Workstream, agent: Agent, asking: Asking) -> Refusal | None:
    """Why this agent cannot take on any such conversation now; the router asks it for whole classes of them."""
    facts: dict[str, object] = {"agent": agent.name}
    if agent.is_bot:
        return Refusal(Reason.BOT_TARGET, facts)
    if not agent.serves:
        return Refusal(Reason.AGENT_NOT_SERVING, facts)
    if not asking.override_presence:
        if agent.presence not in _presences(workstream, agent):
            return Refusal(Reason.PRESENCE_NOT_ALLOWED, {**facts, "presence": agent.presence.value})
        if not agent.on_duty:
            return Refusal(Reason.OFF_DUTY, facts)
    excess = 0 if load.units is None else exceeded_by(agent, load.units, load.channel)
    if excess and not asking.override_capacity:
        return Refusal(Reason.NO_CAPACITY, {**facts, "exceeded_by": excess})
    return None


def excess_of(conversation: Conversation, agent: Agent, kind: OfferKind) -> int:
    """By how many units asking this agent would exceed their capacity; consulting costs nothing."""
    return 0 if kind is OfferKind.CONSULT else exceeded_by(agent, conversation.units, conversation.channel)


def offer_to(
    conversation: Conversation, workstream: Workstream, agent: Agent, asking: Asking, *, at: datetime
) -> Offer:
    """The offer as it is kept: with what it costs, what was overridden, and by how much."""
    units = 0 if asking.kind is OfferKind.CONSULT else conversation.units
    return Offer(
        id=asking.offer_id,
        kind=asking.kind,
        agent_id=agent.id,
        agent_name=agent.name,
        by_id=asking.by_id,
        by_role=asking.by_role,
        made_at=at,
        expires_at=at + timedelta(seconds=workstream.timers.offer),
        units=units,
        excess_units=excess_of(conversation, agent, asking.kind),
        override_presence=asking.override_presence
        and (not agent.on_duty or agent.presence not in _presences(workstream, agent)),
        override_capacity=asking.override_capacity and excess_of(conversation, agent, asking.kind) > 0,
        note=asking.note,
        stay=asking.stay,
        public=asking.public,
    )


def _presences(workstream: Workstream, agent: Agent) -> frozenset[object]:
    """Do_not_disturb that only says "full" is a matter of capacity, not of presence."""
    allowed: set[object] = set(workstream.allowed_presences)
    if agent.presence is not agent.chosen and agent.chosen in workstream.allowed_presences:
        allowed.add(agent.presence)
    return frozenset(allowed)
