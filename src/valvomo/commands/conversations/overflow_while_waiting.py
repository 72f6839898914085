"""Overflow of a conversation that waits already, by the clock (T16, T17)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.conversations.overflow import carry_out, on_entering
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.db import conversations, routing_places
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.conversations.event import postponed_until
from valvomo.domain.conversations.model import State
from valvomo.domain.routing.overflow import BY_THE_CLOCK, Waiter, overflow


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyOverflow(Command):
    """Apply the overflow rule that the clock has made to apply to a conversation that waits."""

    conversation_id: str


@handles(ApplyOverflow)
async def apply_overflow(work: Work, command: ApplyOverflow) -> Outcome:
    """Nothing when somebody else is at it, when nothing applies any more, or before its customer is called again."""
    if refusal := system_refusal(work.actor):
        return refusal
    conversation = await conversations.lock_free(work.tx, work.organization_id, command.conversation_id)
    if conversation is None or conversation.state is not State.OPEN:
        return {}
    if postponed_until(conversation) is not None:
        return {}
    places = await routing_places.places(work.tx, work.organization_id, work.now, but=conversation.id)
    waiter = Waiter(
        since=conversation.session_queued_at,
        applied=frozenset(conversation.overflowed),
        served=conversation.first_accepted_at is not None,
    )
    found = overflow(places[conversation.queue_id], waiter, places, work.now, triggers=BY_THE_CLOCK)
    if found is None:
        return {}
    after = await carry_out(work, conversation, (found,), places)
    return outcome_of(await on_entering(work, after) if found.to else after)
