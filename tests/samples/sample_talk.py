"""Conversations in every state, made by their events, for tests of pure rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.supervision import Right, Supervision
from valvomo.domain.agents.capacity import Agent
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.bots import HANDED_OVER, Context
from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import (
    SPOKEN,
    Channel,
    Consent,
    ConsentPolicy,
    Conversation,
    Mode,
    Offer,
    OfferKind,
    Participant,
    Role,
    State,
)  # fmt: skip
from valvomo.domain.conversations.start import ConversationStarted
from valvomo.domain.conversations.targets import Queue
from valvomo.domain.conversations.workstream import Workstream, default_timers

AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
AGENT, OTHER = ("aino", "Aino"), ("eino", "Eino")
SUPERVISOR = ("saara", "Saara")
BY_SUPERVISOR = Context(reason=HANDED_OVER, by_id="saara", by_role="supervisor")
QUEUE = "support"
ALL_ON = Supervision(on=frozenset(Right))

saara = Actor(
    id="saara",
    organization_id="o",
    name="Saara",
    roles=frozenset({UserRole.SUPERVISOR}),
    supervised=frozenset({QUEUE}),
)
aino = Actor(
    id="aino", organization_id="o", name="Aino", roles=frozenset({UserRole.AGENT}), queues=frozenset({QUEUE})
)


def workstream(channel: Channel = Channel.LIVE_CHAT, **values: Any) -> Workstream:
    """The rules of a channel, with its default timers."""
    timers = default_timers(channel)
    made = Workstream(id="w", organization_id="o", name="W", channel=channel, queue_id=QUEUE, timers=timers)
    return replace(made, **values)


def agent(who: tuple[str, str] = OTHER, **values: Any) -> Agent:
    """An agent with room, in the queue."""
    made = Agent(
        id=who[0],
        organization_id="o",
        name=who[1],
        chosen=Presence.AVAILABLE,
        capacity=3,
        queues=frozenset({QUEUE}),
    )
    return replace(made, **values)


def queue(name: str = "billing", kind: str = "messaging", members: int = 2) -> Queue:
    """A queue that conversations can go to."""
    return Queue(id=name, name=name.title(), kind=kind, members=members)


def offer(to: tuple[str, str] = OTHER, kind: OfferKind = OfferKind.ASSIGNMENT, **values: Any) -> Offer:
    """A pending offer of one unit, by a supervisor."""
    made = Offer(
        id=f"offer-{to[0]}", kind=kind, agent_id=to[0], agent_name=to[1], by_id="saara", by_role="supervisor",
        made_at=AT, expires_at=AT + 2 * MINUTE, units=0 if kind is OfferKind.CONSULT else 1,
    )  # fmt: skip
    return replace(made, **values)


def started(channel: Channel = Channel.LIVE_CHAT, **values: Any) -> ConversationStarted:
    """The first fact."""
    mode = {Channel.VOICE: Mode.VOICE, Channel.VIDEO: Mode.VIDEO}.get(channel, Mode.TEXT)
    made = ConversationStarted(
        conversation_id="c", organization_id="o", workstream_id="w", queue_id=QUEUE, queue_name="Support",
        channel=channel, mode=mode, contact_id="kaisa", customer_name="Kaisa", units=1,
    )  # fmt: skip
    return replace(made, **values)


def an_open(channel: Channel = Channel.LIVE_CHAT, **values: Any) -> Conversation:
    """In the queue."""
    return replace(fold(None, started(channel), AT), **values)


def offered(channel: Channel = Channel.LIVE_CHAT, to: tuple[str, str] = OTHER) -> Conversation:
    """Active, awaiting acceptance."""
    return replace(
        an_open(channel),
        state=State.ACTIVE,
        offers=(offer(to),),
        holds={to[0]: 1},
        deadlines={"offer": AT + 2 * MINUTE},
    )


def accepted(
    channel: Channel = Channel.LIVE_CHAT, by: tuple[str, str] = AGENT, **values: Any
) -> Conversation:
    """In conversation with an agent."""
    made = replace(
        an_open(channel), state=State.ACTIVE, owner_id=by[0], owner_name=by[1], holds={by[0]: 1}, accepted_at=AT,
        first_accepted_at=AT, served_by=(by[0],),
    )  # fmt: skip
    return replace(made, **values)


def elevated(channel: Channel = Channel.LIVE_CHAT, **values: Any) -> Conversation:
    """A text conversation that is in a call."""
    assert channel not in SPOKEN
    call = Call(id="call", video=False, since=AT)
    return accepted(channel, **{"mode": Mode.VOICE, "call": call, **values})


def waiting(channel: Channel = Channel.PERSISTENT_CHAT, **values: Any) -> Conversation:
    """Parked by its agent."""
    return replace(accepted(channel), state=State.WAITING, waiting_at=AT, holds={}, **values)


def wrap_up(channel: Channel = Channel.LIVE_CHAT, **values: Any) -> Conversation:
    """Talked out, not completed."""
    return replace(accepted(channel), state=State.WRAP_UP, wrap_up_at=AT, **values)


def with_bot(channel: Channel = Channel.LIVE_CHAT, **values: Any) -> Conversation:
    """A bot is primary."""
    return replace(
        fold(None, started(channel, bot_id="bot", bot_name="Botti", bot_patience=30, bot_idle=1800), AT),
        **values,
    )


def closed(channel: Channel = Channel.LIVE_CHAT, **values: Any) -> Conversation:
    """Over."""
    return replace(
        accepted(channel), state=State.CLOSED, closed_at=AT, closed_as="completed", holds={}, **values
    )


def participant(who: tuple[str, str], role: Role, **values: Any) -> Participant:
    """Somebody beside the primary."""
    return replace(Participant(id=who[0], name=who[1], role=role, since=AT), **values)


def consent(answer: bool | None, policy: ConsentPolicy = ConsentPolicy.CONSENT) -> Consent:
    """What the customer said."""
    return Consent(policy=policy, answer=answer)


def after(conversation: Conversation, decision: object, at: datetime = AT + MINUTE) -> Conversation:
    """The conversation after a decision, which must not be a refusal."""
    assert isinstance(decision, tuple), decision
    for event in decision:
        assert isinstance(event, Event)
        conversation = fold(conversation, event, at)
    return conversation
