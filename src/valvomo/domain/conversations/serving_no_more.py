"""Who is disabled, or neither agent nor supervisor, serves no more: what they had goes on without them (T5, T8)."""

from __future__ import annotations

from datetime import datetime

from valvomo.domain.conversations.ending import complete
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.leaving import parted
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.offers import OfferWithdrawn
from valvomo.domain.conversations.queueing import queued_again
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Refusal

CAUSE = "not_serving"


def without(
    person_id: str, conversation: Conversation, workstream: Workstream, queue: str, *, at: datetime
) -> tuple[Event, ...]:
    """What becomes of this conversation; nothing when they have no part in it. `queue` is its own queue's name.

    An offer to them is withdrawn without blame, a part beside the owner ends. What they own nobody else could act
    on: in talk or parked it is open again with its age kept, because a colleague must take it up and a parked record
    has no customer who would write; in wrap-up the talk is over, so it is completed.
    """
    open_until = workstream.auto_close(workstream.timers.auto_close_open, at)
    offer, part = conversation.offer_to(person_id), conversation.participant(person_id)
    events: list[Event] = []
    if offer is not None:
        events.append(OfferWithdrawn(offer=offer, cause=CAUSE, auto_close_at=open_until))
    if part is not None:
        events.append(parted(part, CAUSE))
    if conversation.owner_id == person_id and conversation.state is State.WRAP_UP:
        completed = complete(person_id, conversation, None, cause=CAUSE)
        events.extend(() if isinstance(completed, Refusal) else completed)
    elif conversation.owner_id == person_id and conversation.state in (State.ACTIVE, State.WAITING):
        events.extend(queued_again(conversation, queue, CAUSE, open_until))
    return tuple(events)
