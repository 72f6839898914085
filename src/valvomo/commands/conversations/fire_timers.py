"""Durable timers: what falls due in a conversation, done in the transaction that takes the timer (spec 1 §2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from valvomo.commands.agents.presence import change_presence
from valvomo.commands.conversations.revive import hear
from valvomo.commands.conversations.targets import scheduled_target
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.db import agents, conversations, house
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.bots import bot_due
from valvomo.domain.conversations.call import CallDeclined
from valvomo.domain.conversations.call_end import end_call
from valvomo.domain.conversations.ending import CapacityFreed, auto_close, customer_end, due, talk_over
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import SYNCHRONOUS, Conversation
from valvomo.domain.conversations.offers import OfferExpired, expire
from valvomo.domain.conversations.queueing import lost
from valvomo.domain.conversations.telephone import dial, recall_due
from valvomo.domain.conversations.window import WindowClosed
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class FireTimers(Command):
    """Do what is due in this conversation; nothing when somebody else is at it or nothing is due any more."""

    conversation_id: str


ORDER = (
    Deadline.OFFER,
    Deadline.CONSULT_OFFER,
    Deadline.RECONNECT,
    Deadline.AGENT_GONE,
    Deadline.WRAP_UP_BLOCK,
    Deadline.WINDOW,
    Deadline.CALL,
    Deadline.DIAL,
    Deadline.RECALL,
    Deadline.BOT,
    Deadline.TALK,
    Deadline.AUTO_CLOSE,
)

OVER: Mapping[Deadline, Event] = {
    Deadline.WRAP_UP_BLOCK: CapacityFreed(),
    Deadline.WINDOW: WindowClosed(),
    Deadline.CALL: CallDeclined(cause="expired"),
}
"""What has ended with a deadline, where it depends on nothing else."""


@handles(FireTimers)
async def fire_timers(work: Work, command: FireTimers) -> Outcome:
    """Each deadline is looked at in the state that the one before it has left."""
    if refusal := system_refusal(work.actor):
        return refusal
    conversation = await conversations.lock_free(work.tx, work.organization_id, command.conversation_id)
    if conversation is None:
        return {}
    workstream = await work.workstream(conversation)
    queue = await work.queue_name(conversation.queue_id)
    await _lock_agents(work, conversation)
    for name in ORDER:
        if due(conversation, name, work.now):
            if name is Deadline.BOT:
                events = await _bot_due(work, conversation, workstream)
            elif name is Deadline.RECONNECT:
                events = await _customer_gone(work, conversation, workstream)
            else:
                events = fall_due(name, conversation, workstream, (queue, work))
            conversation = await work.record(conversation, events)
            await _make_inactive(work, events)
    return outcome_of(await hear(work, conversation))


def fall_due(
    name: Deadline, conversation: Conversation, workstream: Workstream, place: tuple[str, Work]
) -> tuple[Event, ...]:
    """The events of one deadline."""
    queue, work = place
    open_until = workstream.auto_close(workstream.timers.auto_close_open, work.now)
    match name:
        case Deadline.OFFER | Deadline.CONSULT_OFFER:
            return expire(conversation, work.now, open_until)
        case Deadline.AGENT_GONE:
            return lost(conversation, workstream, queue, "agent_gone", at=work.now)
        case Deadline.WRAP_UP_BLOCK | Deadline.WINDOW | Deadline.CALL:
            return (OVER[name],)
        case Deadline.DIAL | Deadline.RECALL:
            again = recall_due(conversation, (workstream, queue), work.now)
            return again if name is Deadline.RECALL else dial(conversation, work.new_id())
        case Deadline.AUTO_CLOSE:
            return auto_close(conversation)
        case Deadline.TALK:
            return talk_over(conversation, workstream, work.now)
        case Deadline.BOT | Deadline.RECONNECT:
            raise AssertionError("asks the database first")


async def _customer_gone(work: Work, conversation: Conversation, workstream: Workstream) -> tuple[Event, ...]:
    """A live chat, and what began as a call, is over without its customer; of another conversation its call is."""
    cause = "customer_gone"
    if conversation.channel in SYNCHRONOUS:
        left = customer_end(conversation, workstream, work.now, cause=cause)
    else:
        target = await scheduled_target(work, conversation.scheduled_transfer)
        left = end_call(conversation, workstream, target, work.new_id(), cause=cause, at=work.now)
    return () if isinstance(left, Refusal) else left


async def _bot_due(work: Work, conversation: Conversation, workstream: Workstream) -> tuple[Event, ...]:
    """Whether the bot could be reached is known to the letters that are on their way to it."""
    queue = await house.queue(work.tx, work.organization_id, conversation.queue_id, work.now)
    if queue is None:
        raise LookupError(f"no queue {conversation.queue_id}")
    unreached = await work.tx.value(
        "bots.untold", work.organization_id, conversation.bot_id, conversation.id,
        work.now - timedelta(seconds=conversation.bot_patience),
    )  # fmt: skip
    return bot_due(conversation, workstream, queue, unreached=bool(unreached), at=work.now)


async def _lock_agents(work: Work, conversation: Conversation) -> None:
    """Whom a missed offer touches: who becomes freer, and who missed it; and to whom a call's end passes it on.

    By id, so that two never wait in a circle.
    """
    touched: set[str] = set()
    if any(due(conversation, name, work.now) for name in (Deadline.OFFER, Deadline.CONSULT_OFFER)):
        touched = {*conversation.holds, *(one.agent_id for one in conversation.offers)}
    wish = conversation.scheduled_transfer
    if wish is not None and wish.agent_id is not None and due(conversation, Deadline.RECONNECT, work.now):
        touched.add(wish.agent_id)
    if touched:
        await agents.lock(work.tx, work.organization_id, sorted(touched), work.now)


async def _make_inactive(work: Work, events: tuple[Event, ...]) -> None:
    """Who missed an offer gets no more of them until they say that they are there (spec 1 §2)."""
    for event in events:
        if isinstance(event, OfferExpired):
            agent = await work.lock_agent(event.offer.agent_id)
            if agent is not None and agent.chosen in (Presence.AVAILABLE, Presence.BUSY):
                await change_presence(work, agent, Presence.INACTIVE, by_role="system", cause="missed_offer")
