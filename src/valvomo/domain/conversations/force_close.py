"""Force close: a supervisor ends a conversation, straight to closed (T16, spec 1 §3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event, closed
from valvomo.domain.conversations.leaving import put_out
from valvomo.domain.conversations.model import Conversation, Mode, State
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceClosed(Event):
    """A supervisor ended it. What was cut is kept: the state, the agent, pending offers, a call."""

    kind: ClassVar[str] = "force_closed"
    by_id: str
    by_name: str
    reason: str
    state: State
    owner_id: str | None = None
    owner_name: str | None = None
    cut_offers: tuple[str, ...] = ()
    cut_call: bool = False

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Closed, capacity free at once; counted apart from abandoned."""
        return closed(conversation, at, "force_closed")


def force_close_refusal(conversation: Conversation) -> Refusal | None:
    """Anything but a closed conversation can be closed by force."""
    return Refusal(Reason.CLOSED, {"state": "closed"}) if conversation.state is State.CLOSED else None


def force_close(by: tuple[str, str], conversation: Conversation, reason: str) -> tuple[Event, ...] | Refusal:
    """Close it now; `by` is the supervisor's id and name."""
    if refusal := force_close_refusal(conversation):
        return refusal
    forced = ForceClosed(
        by_id=by[0],
        by_name=by[1],
        reason=reason,
        state=conversation.state,
        owner_id=conversation.owner_id,
        owner_name=conversation.owner_name,
        cut_offers=tuple(offer.agent_id for offer in conversation.offers),
        cut_call=conversation.mode is not Mode.TEXT,
    )
    return (*put_out(conversation, State.CLOSED), forced)
