"""The session window: some channels take free text only for some hours after the customer last wrote.

The window is a deadline of the conversation: when it falls due, a fact closes the window, and the button for a reply is
off on every screen at that moment, for the reason that the interface gives too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.conversations.event import Event, with_deadlines
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.refusals import Reason, Refusal

COARSE = timedelta(seconds=60)
"""A window that would end so much later at most is left as it is: not every message of the customer is a fact more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOpened(Event):
    """The customer wrote: replies are taken `until` then."""

    kind: ClassVar[str] = "window_opened"
    until: datetime

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Its end is a deadline."""
        return with_deadlines(replace(conversation, window_closed=False), window=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosed(Event):
    """The customer has not written for so long that the channel takes no free text any more."""

    kind: ClassVar[str] = "window_closed"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Until they write again."""
        return with_deadlines(replace(conversation, window_closed=True), window=None)


def opened(conversation: Conversation, until: datetime) -> tuple[Event, ...]:
    """The customer wrote: the window goes on until then; a message that came late never shortens it."""
    if conversation.state is State.CLOSED:
        return ()
    known = conversation.deadlines.get("window")
    if known is not None and until - known < COARSE:
        return ()
    return (WindowOpened(until=until),)


def window_refusal(conversation: Conversation) -> Refusal | None:
    """Why a reply would not be taken by the channel."""
    if conversation.window_closed:
        return Refusal(Reason.WINDOW_CLOSED, {"channel": conversation.channel.value})
    return None
