"""VIP: somebody who knows the customer says that they matter more; it draws attention and changes nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class VipMarked(Event):
    """The customer is a VIP, or is none any more. Each of their ongoing conversations says so."""

    kind: ClassVar[str] = "vip_marked"
    by_id: str
    by_name: str
    vip: bool

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """As it was said."""
        return conversation.but(vip=self.vip)


def vip_refusal(agent_id: str, conversation: Conversation, *, supervises: bool) -> Refusal | None:
    """Who serves the customer may say so, and supervisors of the queue, while it is not closed."""
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, {"state": "closed"})
    if supervises or (conversation.state is State.WRAP_UP and conversation.owner_id == agent_id):
        return None
    return owner_refusal(agent_id, conversation)


def mark_vip(by: tuple[str, str], conversation: Conversation, *, vip: bool) -> tuple[Event, ...]:
    """Nothing where it says so already."""
    if conversation.vip is vip:
        return ()
    return (VipMarked(by_id=by[0], by_name=by[1], vip=vip),)
