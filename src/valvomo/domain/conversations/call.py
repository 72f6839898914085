"""Elevation of a text conversation to a call (spec 1 §1, §4); how it becomes text again is in `call_end.py`.

The agent asks, the customer comes with sound and picture, with sound alone, or not at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.conversations.call_marks import Call
from valvomo.domain.conversations.event import Event, with_deadlines, without_call
from valvomo.domain.conversations.model import SPOKEN, Channel, Conversation, Mode
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.refusals import Reason, Refusal

CALLABLE = frozenset({Channel.LIVE_CHAT, Channel.PERSISTENT_CHAT})
"""Text channels whose customers have a window of ours, with which they can be called."""
ASKED_SECONDS = 60
"""How long a customer may think about coming into a call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffered(Event):
    """The agent asks the customer of a text conversation into a call."""

    kind: ClassVar[str] = "call_offered"
    call_id: str
    mode: Mode
    expires_at: datetime

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It is text until they come."""
        asked = Call(id=self.call_id, video=self.mode is Mode.VIDEO, since=at, asked=True)
        return with_deadlines(conversation.but(call=asked), call=self.expires_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDeclined(Event):
    """There will be no call: `declined` by the customer, `expired`, or `withdrawn` by the agent (`cause`).

    Or `transfer_asked`: somebody else was asked to take the conversation.
    """

    kind: ClassVar[str] = "call_declined"
    cause: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Text, as it was."""
        return without_call(conversation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elevated(Event):
    """A text conversation is in a call now."""

    kind: ClassVar[str] = "elevated"
    mode: Mode
    call_id: str = ""

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Its channel stays, its mode changes."""
        call = Call(id=self.call_id or conversation.id, video=self.mode is Mode.VIDEO, since=at)
        return with_deadlines(conversation.but(mode=self.mode, call=call), call=None)


def elevate_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Its primary may, where the customer has a window that a call can go through, and there is no call yet.

    Nor while somebody is asked to take it: nothing is transferred in a call (T10), so whoever says yes to that would
    have said yes to what cannot be done any more.
    """
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    if conversation.channel is Channel.RECORD:
        return Refusal(Reason.NO_CUSTOMER, {"channel": conversation.channel.value})
    if conversation.channel in SPOKEN or conversation.elevated:
        return Refusal(Reason.ELEVATED, {"mode": conversation.mode.value})
    if conversation.channel not in CALLABLE:
        return Refusal(Reason.NOT_CALLABLE, {"channel": conversation.channel.value})
    if conversation.offer is not None:
        return Refusal(Reason.TRANSFER_PENDING, {"agent": conversation.offer.agent_name})
    return Refusal(Reason.CALL_OFFERED) if conversation.call is not None else None


def elevate(
    agent_id: str, conversation: Conversation, mode: Mode, call_id: str, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """Ask the customer into a call of this mode, voice or video."""
    if refusal := elevate_refusal(agent_id, conversation):
        return refusal
    expires_at = at + timedelta(seconds=ASKED_SECONDS)
    return (CallOffered(call_id=call_id, mode=mode, expires_at=expires_at),)


def accept_call(conversation: Conversation, mode: Mode) -> tuple[Event, ...] | Refusal:
    """The customer comes: with sound alone wherever they want, with their picture if that was asked for."""
    asked = conversation.call is not None and conversation.call.asked and conversation.accepted
    # A transfer takes the question back, so where one is pending there is none; whom it is to is not the customer's.
    if conversation.call is None or not asked or conversation.offer is not None:
        return Refusal(Reason.NO_CALL)
    seen = mode is Mode.VIDEO and conversation.call.video
    return (Elevated(mode=Mode.VIDEO if seen else Mode.VOICE, call_id=conversation.call.id),)


def decline_call(conversation: Conversation, cause: str) -> tuple[Event, ...] | Refusal:
    """There will be no call; see `CallDeclined`."""
    if conversation.call is None or not conversation.call.asked:
        return Refusal(Reason.NO_CALL)
    return (CallDeclined(cause=cause),)
