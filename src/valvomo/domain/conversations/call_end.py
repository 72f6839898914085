"""The end of the call of a text conversation: text again, and the transfer that waited for it (spec 1 §3 e)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.call import decline_call
from valvomo.domain.conversations.event import Event, without_call
from valvomo.domain.conversations.marks import ScheduledTransfer
from valvomo.domain.conversations.model import Conversation, OfferKind
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.conversations.scheduled import dropped
from valvomo.domain.conversations.targets import Asking, Queue
from valvomo.domain.conversations.transfer import transfer_to_agent, transfer_to_queue
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """The call of an elevated conversation is over; the text conversation goes on. By whom: `agent`, `customer`.

    With a `cause` (`customer_gone`) nobody has ended it.
    """

    kind: ClassVar[str] = "call_ended"
    by_role: str | None = None
    cause: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Text again; a transfer that waited for this has had its chance."""
        return without_call(conversation).but(scheduled_transfer=None)


def end_call_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Its primary ends the call of a text conversation, or takes back that they have asked for one."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    asked = conversation.call is not None and conversation.call.asked
    return None if conversation.elevated or asked else Refusal(Reason.NOT_ELEVATED)


def end_call(
    conversation: Conversation,
    workstream: Workstream,
    target: Agent | Queue | None,
    offer_id: str,
    *,
    by_role: str | None = None,
    cause: str | None = None,
    at: datetime,
) -> tuple[Event, ...] | Refusal:
    """The call ends; a transfer that was scheduled for now is made if it still can be, else dropped with the reason.

    `target` is the agent or queue of the scheduled one, None where there is none any more.
    """
    if conversation.call is not None and conversation.call.asked:
        return decline_call(conversation, "withdrawn")
    if not conversation.elevated:
        return Refusal(Reason.NOT_ELEVATED)
    ended = CallEnded(by_role=by_role, cause=cause)
    wish = conversation.scheduled_transfer
    if wish is None:
        return (ended,)
    made = _made(wish, ended.apply(conversation, at), workstream, target, offer_id=offer_id, at=at)
    return (ended, *((dropped(wish, made),) if isinstance(made, Refusal) else made))


def _made(
    wish: ScheduledTransfer,
    conversation: Conversation,
    workstream: Workstream,
    target: Agent | Queue | None,
    *,
    offer_id: str,
    at: datetime,
) -> tuple[Event, ...] | Refusal:
    if target is None:
        return Refusal(Reason.UNKNOWN_TARGET)
    if isinstance(target, Queue):
        by = (wish.by_id, wish.by_role, wish.note)
        return transfer_to_queue(conversation, workstream, target, by, at=at)
    asking = Asking(
        offer_id=offer_id,
        kind=OfferKind.TRANSFER,
        by_id=wish.by_id,
        by_role=wish.by_role,
        override_presence=wish.override_presence,
        override_capacity=wish.override_capacity,
        note=wish.note,
        stay=wish.stay or wish.by_role == "supervisor",
    )
    return transfer_to_agent(conversation, workstream, target, asking, at=at)
