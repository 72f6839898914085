"""Customers on a telephone whom the house, its trunk or the network has lost: they have not left (issue 7).

They are called back where that is possible, from their place in the queue; otherwise the conversation ends, and says
why.
"""

from __future__ import annotations

from datetime import datetime

from valvomo.domain.conversations.bot_end import talk_ended
from valvomo.domain.conversations.call_marks import Line
from valvomo.domain.conversations.ending import AutoClosed, ended
from valvomo.domain.conversations.event import Event, call_of
from valvomo.domain.conversations.leaving import put_out
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.queueing import queued_again
from valvomo.domain.conversations.telephone import HOUSE, CallbackRequested, hung_up
from valvomo.domain.conversations.workstream import Workstream

CALL_LOST = "call_lost"
"""Why what they were in is over."""
_LEFT = "hung_up"
"""The trunk's word for an end that was the customer's."""


def is_lost(conversation: Conversation, call_id: str, why: str) -> bool:
    """Whether the telephone of this call was connected, and it was not the customer who ended that."""
    call = call_of(conversation)
    if why == _LEFT or call is None or call.id != call_id:
        return False
    return call.telephone is not None and call.telephone.line is Line.UP


def may_be_called(conversation: Conversation) -> bool:
    """Whether who was lost came to be served by people: whom the house has called, its agent calls anew."""
    return not conversation.outbound and not conversation.bot_id


def back_to(call_id: str, way: tuple[str, str]) -> CallbackRequested:
    """They are to be called back: over this account at this number (`way`)."""
    return CallbackRequested(call_id=call_id, account_id=way[0], number=way[1], by=HOUSE)


def gone(
    conversation: Conversation,
    place: tuple[Workstream, str],
    told: tuple[str, str],
    back: CallbackRequested | None,
    *,
    at: datetime,
) -> tuple[Event, ...]:
    """The telephone of this call is gone, and why by the trunk's word (`told`).

    `back` is how they may be called back if they were lost, None where they cannot be. `place` is as in `hung_up`.
    """
    if not is_lost(conversation, *told):
        return hung_up(conversation, place, *told, at=at)
    if back is None or not may_be_called(conversation):
        return _over(conversation, place[0], at)
    if not conversation.accepted:
        return (back,)
    workstream, queue = place
    auto_close_at = workstream.auto_close(workstream.timers.auto_close_open, at)
    return (*queued_again(conversation, queue, CALL_LOST, auto_close_at, stays_first=True), back)


def _over(conversation: Conversation, workstream: Workstream, at: datetime) -> tuple[Event, ...]:
    """The agent reads why; who waited has abandoned nothing, and is closed by the system."""
    if conversation.bot_id:
        return talk_ended(conversation, CALL_LOST)
    if conversation.accepted:
        return ended(conversation, workstream, at, cause=CALL_LOST, by=(None, "system"))
    closing = AutoClosed(state=State.OPEN, cause=CALL_LOST)
    return (*put_out(conversation, State.CLOSED), closing)
