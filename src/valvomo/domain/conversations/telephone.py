"""Telephones: customers who call, are called, or are to be called back once an agent is there for them.

What a telephone is in is a call like any other (`call_marks.py`): who hears whom, hold, coaching, transfer and the end
need nothing of their own. Keys that are pressed are no facts: they may be the number of a card.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.conversations.call_marks import Call, Line, Telephone
from valvomo.domain.conversations.ending import customer_end, ended
from valvomo.domain.conversations.event import (
    Event,
    call_of,
    ongoing_call,
    with_deadlines,
)
from valvomo.domain.conversations.model import SPOKEN, Channel, Conversation, State
from valvomo.domain.conversations.queueing import owner_refusal, queued_again
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal

MOST_TRIES = 5
"""So often a customer is called in one conversation."""
MOST_BY_ITSELF = 3
"""So often whoever has asked to be called back is called without an agent wanting it once more."""
RECALL_AFTER = timedelta(minutes=5)
"""A line that was busy, and a telephone at which nobody was, get so long until then."""
AGAIN = frozenset({"busy", "no_answer", "declined", "failed"})
"""Why it is worth another try: a number that there is not, or that may not be called, is not there later either."""
MOST_TO_NUMBER = 3
LIMITED_FOR = timedelta(hours=1)
"""Within which a number can be asked to be called back so often."""
HOUSE = "house"
"""Who wants them to be called where they were lost (`call_lost.py`) and could not ask."""
_BACK = "callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackRequested(Event):
    """The customer is not on the line any more: they are called, at this number, when it is their turn.

    `by`: they asked with the `keys` of their telephone or in their `window`, or the `house` has lost them.
    """

    kind: ClassVar[str] = "callback_requested"
    call_id: str
    account_id: str
    number: str
    by: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """They keep their place; nobody is in a call meanwhile, and they need no window any more."""
        wanted = Telephone(account_id=self.account_id, number=self.number, line=Line.WANTED)
        called = Call(id=self.call_id, video=False, since=at, telephone=wanted)
        return with_deadlines(conversation.but(call=called), reconnect=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneDialled(Event):
    """The house calls the customer, for the `tries`th time."""

    kind: ClassVar[str] = "telephone_dialled"
    call_id: str
    tries: int

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """A new call, in which the agent waits for them."""
        call = conversation.call
        if call is None or call.telephone is None:
            return conversation.but()
        phone = replace(call.telephone, line=Line.DIALLING, tries=self.tries, why=None)
        dialled = Call(id=self.call_id, video=False, since=at, telephone=phone)
        return with_deadlines(conversation.but(call=dialled), dial=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneAnswered(Event):
    """The customer has answered."""

    kind: ClassVar[str] = "telephone_answered"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """They are in the call, which is one from now on: before, it only rang."""
        up = _with_line(conversation, Line.UP)
        return replace(up, call=replace(up.call, since=at)) if up.call is not None else up


@dataclass(frozen=True, slots=True, kw_only=True)
class TelephoneMissed(Event):
    """The customer was not reached: `busy`, `no_answer`, `declined`, `unreachable`, `forbidden`, `failed` (`cause`)."""

    kind: ClassVar[str] = "telephone_missed"
    cause: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The agent calls again or ends it; without one they are called when there is one."""
        line = Line.MISSED if conversation.owner_id else Line.WANTED
        return _with_line(conversation, line, why=self.cause)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackPostponed(Event):
    """Whoever has asked to be called back was not reached by `agent_id`: nobody is asked to take them `until` then.

    They are in their place in the queue, and whoever takes them before that calls them at once.
    """

    kind: ClassVar[str] = "callback_postponed"
    agent_id: str
    until: datetime

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """To be called as soon as an agent has them."""
        wanted = _with_line(conversation, Line.WANTED, why=_why(conversation))
        return with_deadlines(wanted, recall=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackDue(Event):
    """It is time to call a customer again who was not reached: agents are asked to take them."""

    kind: ClassVar[str] = "callback_due"
    auto_close_at: datetime | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """From now on they wait: neither overflow nor anybody's alarm counts the time before."""
        waits = replace(conversation, session_queued_at=at)
        return with_deadlines(waits, recall=None, auto_close=self.auto_close_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Forwarded(Event):
    """The agent has had the customer connected with another number, outside the house; the end follows."""

    kind: ClassVar[str] = "forwarded"
    number: str
    by_id: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The conversation is what it was."""
        return conversation.but()


def telephone_of(conversation: Conversation) -> Telephone | None:
    """The customer's telephone, where they are on one or to be called."""
    return conversation.call.telephone if conversation.call is not None else None


def written_refusal(conversation: Conversation) -> Refusal | None:
    """A telephone shows no words; whoever waited in a window and is called back still has that."""
    if telephone_of(conversation) is None or conversation.customer_online is not None:
        return None
    return Refusal(Reason.BY_TELEPHONE)


def callback_refusal(conversation: Conversation, *, offered: bool) -> Refusal | None:
    """Whoever waits in the queue of a call may ask for it, where the workstream offers it."""
    facts = {"state": conversation.state.value}
    if conversation.state in (State.WRAP_UP, State.CLOSED):
        return Refusal(Reason.ENDED, facts)
    if conversation.channel not in SPOKEN or not offered:
        return Refusal(Reason.CALLBACK_OFF)
    if conversation.channel is Channel.VIDEO or conversation.accepted or ongoing_call(conversation) is None:
        return Refusal(Reason.NOT_WAITING_FOR_ANSWER, facts)
    return None


def callbacks_refusal(to_number: int, over_account: int, *, most: int) -> Refusal | None:
    """Why no other one is taken where so many were asked for lately, `most` over an account."""
    if to_number >= MOST_TO_NUMBER:
        return Refusal(Reason.CALLED_BACK_TOO_OFTEN, {"most": MOST_TO_NUMBER})
    return Refusal(Reason.CALLBACKS_FULL) if over_account >= most else None


def request_callback(
    conversation: Conversation, way: tuple[str, str], call_id: str, *, by: str, offered: bool
) -> tuple[Event, ...] | Refusal:
    """The customer wants to be called: over this account at this number (`way`)."""
    if refusal := callback_refusal(conversation, offered=offered):
        return refusal
    return (CallbackRequested(call_id=call_id, account_id=way[0], number=way[1], by=by),)


def dial(conversation: Conversation, call_id: str) -> tuple[Event, ...]:
    """Call whoever is to be called, now that an agent has them; nothing where that is not so any more."""
    phone = telephone_of(conversation)
    if phone is None or phone.line is not Line.WANTED or not conversation.owner_id:
        return ()
    return (TelephoneDialled(call_id=call_id, tries=phone.tries + 1),)


def redial_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """The primary of a conversation whose customer was not reached calls them again, five times in all."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    phone = telephone_of(conversation)
    if phone is None or phone.line is not Line.MISSED:
        return Refusal(Reason.NOT_MISSED)
    return Refusal(Reason.CALLED_TOO_OFTEN, {"most": MOST_TRIES}) if phone.tries >= MOST_TRIES else None


def redial(agent_id: str, conversation: Conversation, call_id: str) -> tuple[Event, ...] | Refusal:
    """Call again."""
    if refusal := redial_refusal(agent_id, conversation):
        return refusal
    phone = telephone_of(conversation)
    return (TelephoneDialled(call_id=call_id, tries=phone.tries + 1 if phone else 1),)


def answered(conversation: Conversation, call_id: str) -> tuple[Event, ...]:
    """The telephone that was called in this call has been answered."""
    return (TelephoneAnswered(),) if _in(conversation, call_id, Line.DIALLING) else ()


def hung_up(
    conversation: Conversation, place: tuple[Workstream, str], call_id: str, why: str, *, at: datetime
) -> tuple[Event, ...]:
    """The telephone of this call is gone: `missed` while it was called, and the customer's end after that.

    `why` is a word of the trunk's; whom the house has lost, `call_lost.py` knows. `place` is its workstream, and the
    name of its queue.
    """
    workstream, _ = place
    if _in(conversation, call_id, Line.DIALLING):
        return missed(conversation, place, "no_answer" if why in ("hung_up", "ended") else why, at=at)
    if not _in(conversation, call_id, Line.UP):
        return ()
    decision = customer_end(conversation, workstream, at, cause="customer_ended")
    return () if isinstance(decision, Refusal) else decision


def missed(
    conversation: Conversation, place: tuple[Workstream, str], cause: str, *, at: datetime
) -> tuple[Event, ...]:
    """Not reached. Who has asked to be called is called again by itself, three times in all; others by their agent.

    Until then they are in their place in the queue again (T8).
    """
    phone, owner_id = telephone_of(conversation), conversation.owner_id
    tries = phone.tries if phone else 0
    by_itself = not conversation.outbound and cause in AGAIN and tries < MOST_BY_ITSELF
    if not by_itself or owner_id is None or conversation.state is not State.ACTIVE:
        return (TelephoneMissed(cause=cause),)
    back = queued_again(conversation, place[1], _BACK, None, stays_first=True)
    postponed = CallbackPostponed(agent_id=owner_id, until=at + RECALL_AFTER)
    return (TelephoneMissed(cause=cause), *back, postponed)


def recall_due(conversation: Conversation, place: tuple[Workstream, str], at: datetime) -> tuple[Event, ...]:
    """It is time to call them again; what earlier versions left with its agent until now is in its queue again."""
    workstream, queue = place
    auto_close_at = workstream.auto_close(workstream.timers.auto_close_open, at)
    if conversation.owner_id is not None:
        return queued_again(conversation, queue, _BACK, auto_close_at, stays_first=True)
    return (CallbackDue(auto_close_at=auto_close_at),)


def keys_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """The primary of a call with a telephone presses keys for it."""
    if refusal := owner_refusal(agent_id, conversation):
        return refusal
    phone = telephone_of(conversation)
    if phone is None:
        return Refusal(Reason.NO_TELEPHONE)
    return None if phone.line is Line.UP else Refusal(Reason.NO_CALL)


def forwarded(
    agent_id: str, conversation: Conversation, workstream: Workstream, number: str, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """The customer is connected with another number: for the house the talk is over."""
    if refusal := keys_refusal(agent_id, conversation):
        return refusal
    over = ended(conversation, workstream, at, cause="forwarded", by=(agent_id, "agent"))
    return (Forwarded(number=number, by_id=agent_id), *over)


def _why(conversation: Conversation) -> str | None:
    phone = telephone_of(conversation)
    return phone.why if phone else None


def _in(conversation: Conversation, call_id: str, line: Line) -> bool:
    call = call_of(conversation)
    return (
        call is not None and call.id == call_id and call.telephone is not None and call.telephone.line is line
    )


def _with_line(conversation: Conversation, line: Line, why: str | None = None) -> Conversation:
    call = conversation.call
    if call is None or call.telephone is None:
        return conversation.but()
    return conversation.but(call=replace(call, telephone=replace(call.telephone, line=line, why=why)))
