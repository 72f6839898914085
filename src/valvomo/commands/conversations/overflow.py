"""Overflow: what a queue's rules do to a conversation that comes into it, or waits in it (T16, T17)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from valvomo.db import routing_places
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.overflowing import overflowed
from valvomo.domain.routing.overflow import Overflow, Place, entering

if TYPE_CHECKING:
    from valvomo.commands.work import Work


async def on_entering(work: Work, conversation: Conversation) -> Conversation:
    """The conversation after everything that the queue that it has just come into does about it at once."""
    where = (work.organization_id, conversation.queue_id)
    if conversation.state is not State.OPEN or not await routing_places.has_overflow(work.tx, *where):
        return conversation
    places = await routing_places.places(work.tx, work.organization_id, work.now, but=conversation.id)
    applied, served = frozenset(conversation.overflowed), conversation.first_accepted_at is not None
    found = entering(places[conversation.queue_id], work.now, places, applied, served=served)
    return await carry_out(work, conversation, found, places)


async def carry_out(
    work: Work, conversation: Conversation, found: Iterable[Overflow], places: Mapping[str, Place]
) -> Conversation:
    """The conversation after these rules, each applied in the queue into which the one before has brought it."""
    workstream = await work.workstream(conversation)
    until = workstream.auto_close(workstream.timers.auto_close_open, work.now)
    events: list[Event] = []
    place = places[conversation.queue_id]
    for one in found:
        events.append(overflowed(conversation, one, (place.id, place.name), until))
        place = one.to or place
    return await work.record(conversation, events)
