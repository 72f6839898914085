"""What is noted of how a call does: trouble that begins and passes, and how its ways did when it is over.

Noted by whoever carries the call; nobody decides it, and nothing of it changes what the conversation is otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from valvomo.domain.conversations.call_marks import Trouble, TroubleKind
from valvomo.domain.conversations.event import Event, call_of, ongoing_call
from valvomo.domain.conversations.model import Channel, Conversation
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CallTroubled(Event):
    """Something has begun to go wrong; `side` is whose network it is, empty where both speak at once."""

    kind: ClassVar[str] = "call_troubled"
    trouble: TroubleKind
    side: str = ""

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Since now."""
        return _with(
            conversation, self.trouble, self.side, Trouble(kind=self.trouble, side=self.side, since=at)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallCalmed(Event):
    """It goes wrong no longer. `seconds` for which it did."""

    kind: ClassVar[str] = "call_calmed"
    trouble: TroubleKind
    side: str = ""
    seconds: float = 0.0

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """No longer."""
        return _with(conversation, self.trouble, self.side, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WayRated:
    """How a way into a call did, from 1 to 4.4 (`domain.calls.quality`): over the call, and in its worst minute.

    `part` is whose it was, `customer` or `agent`; `agent_id` had the conversation meanwhile, in that queue.
    """

    person_id: str
    part: str
    agent_id: str
    queue_id: str
    mean: float
    worst: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRated(Event):
    """A call is over, and this is how its ways did. It says everything that is counted of it, as an answer does.

    Of a conversation the lowest mean of all ways into its calls is remembered (`call_score`).
    """

    kind: ClassVar[str] = "call_rated"
    call_id: str
    ways: tuple[WayRated, ...]
    channel: Channel
    language: str
    outbound: bool = False

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """How the worst of its ways did."""
        known = () if conversation.call_score is None else (conversation.call_score,)
        return conversation.but(call_score=min((*known, *(one.mean for one in self.ways)), default=None))


def note_troubles(
    conversation: Conversation, call_id: str, now: frozenset[tuple[TroubleKind, str]], *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """What has begun to go wrong in this call and what has passed, if it still goes on."""
    call = ongoing_call(conversation)
    if call is None or call.id != call_id:
        return Refusal(Reason.NO_CALL)
    known = {(one.kind, one.side): one for one in call.troubles}
    passed = [
        CallCalmed(trouble=kind, side=side, seconds=max(0.0, (at - one.since).total_seconds()))
        for (kind, side), one in known.items()
        if (kind, side) not in now
    ]
    begun = [CallTroubled(trouble=kind, side=side) for kind, side in sorted(now - known.keys())]
    return (*passed, *begun)


def _with(conversation: Conversation, kind: TroubleKind, side: str, one: Trouble | None) -> Conversation:
    call = call_of(conversation)
    if call is None:
        return conversation.but()
    others = tuple(it for it in call.troubles if (it.kind, it.side) != (kind, side))
    return conversation.but(call=replace(call, troubles=(*others, one) if one else others))
