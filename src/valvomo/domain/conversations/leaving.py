"""Leaving: who is out, or asked no more, because the conversation goes on without them, each with a fact (spec 1 §3).

What takes a conversation out of talk names nobody beside its owner. So whoever it puts out leaves in facts before
it: the audit log has the end of every monitoring, and agent and customer are told that a joined supervisor is gone.
A monitor's end is as silent as the beginning was. So is an offer that nobody has answered withdrawn in a fact: it has
its outcome in the figures (spec 1 §8), and who was asked, and who asked, hear that there is nothing to answer any more.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from valvomo.domain.agents.presence import RESTORE_SECONDS
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.join import ParticipantLeft
from valvomo.domain.conversations.model import Conversation, Participant, Role, State
from valvomo.domain.conversations.monitor import MonitorStopped
from valvomo.domain.conversations.offers import OfferWithdrawn
from valvomo.domain.conversations.scheduled import TransferDropped

WATCHED = frozenset({State.WAITING, State.WRAP_UP})
"""Where monitoring goes on: it is allowed there as well (spec 1 §3), so for a monitor nothing has ended. Open again
or closed there is nothing to read along."""


def put_out(conversation: Conversation, into: State) -> tuple[Event, ...]:
    """The ends of everybody who cannot be in it any more once it is `into`; to be decided before what takes it there.

    Only monitors may stay: a consult and a joined supervisor take part in talk, and there is none. Nobody is asked
    into it any more either, nor is it transferred when a call ends that is over with it.
    """
    cause = {State.OPEN: "queued", State.WAITING: "parked"}.get(into, "ended")
    left = (
        parted(one, cause)
        for one in conversation.participants
        if one.role is not Role.MONITOR or into not in WATCHED
    )
    wish = conversation.scheduled_transfer
    dropped = () if wish is None else (TransferDropped(transfer=wish, cause=cause),)
    return (*left, *withdrawn(conversation, cause), *dropped)


def withdrawn(conversation: Conversation, cause: str) -> tuple[OfferWithdrawn, ...]:
    """Everything that is offered, because of something else than its answer."""
    return tuple(OfferWithdrawn(offer=one, cause=cause) for one in conversation.offers)


def gone(conversation: Conversation, person_id: str, lost_at: datetime, at: datetime) -> tuple[Event, ...]:
    """The end of a supervisor whose last live connection was lost at `lost_at` and who has not come back in time.

    Whoever closes the browser reads nothing and helps nobody: the row must not go on naming them as monitor, and
    customer and agent must not count on somebody who is not there. They have as long as a presence is kept for
    them (`RESTORE_SECONDS`), counted from when they began if that was later. A consult is the agent's to keep.
    """
    one = conversation.participant(person_id)
    if one is None or one.role not in (Role.MONITOR, Role.SUPERVISOR):
        return ()
    if at - max(lost_at, one.since) <= timedelta(seconds=RESTORE_SECONDS):
        return ()
    return (parted(one, "connection_lost"),)


def parted(one: Participant, cause: str | None) -> MonitorStopped | ParticipantLeft:
    """The end of this part, whatever part it is; `cause` is None when it is by their own act."""
    if one.role is Role.MONITOR:
        return MonitorStopped(supervisor_id=one.id, supervisor_name=one.name, shown=one.shown, cause=cause)
    return ParticipantLeft(
        person_id=one.id, person_name=one.name, role=one.role, public=one.public, cause=cause
    )
