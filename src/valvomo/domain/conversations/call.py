"""Elevation of a text conversation to a call, and its return to text when the call ends (spec 1 §1, §3 e)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.agents.capacity import Agent
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.model import SPOKEN, Channel, Conversation, Mode, OfferKind
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.conversations.targets import Asking
from valvomo.domain.conversations.transfer import transfer_to_agent
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Elevated(Event):
    """A text conversation is in a call now."""

    kind: ClassVar[str] = "elevated"
    mode: Mode

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Its channel stays, its mode changes."""
        return replace(conversation, mode=self.mode)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallEnded(Event):
    """The call of an elevated conversation is over; the text conversation goes on."""

    kind: ClassVar[str] = "call_ended"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Text again; a transfer that waited for this has had its chance."""
        return replace(conversation, mode=Mode.TEXT, scheduled_transfer=None)


def elevate(agent_id: str, conversation: Conversation, mode: Mode) -> tuple[Event, ...] | Refusal:
    """The primary takes a text conversation into a call."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    if conversation.channel is Channel.RECORD:
        return Refusal(Reason.NO_CUSTOMER, {"channel": conversation.channel.value})
    if conversation.channel in SPOKEN or conversation.elevated:
        return Refusal(Reason.ELEVATED, {"mode": conversation.mode.value})
    return (Elevated(mode=mode),)


def end_call(
    conversation: Conversation, workstream: Workstream, target: Agent | None, offer_id: str, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """The call ends; a transfer that was scheduled for now is made, if its target can still be asked."""
    if not conversation.elevated:
        return Refusal(Reason.NOT_ELEVATED)
    ended = CallEnded()
    waiting = conversation.scheduled_transfer
    if waiting is None or target is None:
        return (ended,)
    asking = Asking(
        offer_id=offer_id,
        kind=OfferKind.TRANSFER,
        by_id=waiting.by_id,
        by_role=waiting.by_role,
        note=waiting.note,
        stay=waiting.by_role == "supervisor",
    )
    made = transfer_to_agent(ended.apply(conversation, at), workstream, target, asking, at=at)
    return (ended,) if isinstance(made, Refusal) else (ended, *made)
