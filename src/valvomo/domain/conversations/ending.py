"""Ending: end and wrap-up, abandoned, auto-close, a record resolved (T6, T7, T13, T14, T15)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.conversations.bot_end import talk_ended
from valvomo.domain.conversations.event import Event, closed, with_deadlines, without_call
from valvomo.domain.conversations.leaving import put_out
from valvomo.domain.conversations.marks import Deadline
from valvomo.domain.conversations.model import SPOKEN, SYNCHRONOUS, Channel, Conversation, Role, State
from valvomo.domain.conversations.queueing import owner_refusal
from valvomo.domain.conversations.record import Record, changed
from valvomo.domain.conversations.workstream import Workstream, WrapUpBlock
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The talk is over, the agent wraps up (T7).

    `cause`: agent_ended, customer_ended, customer_gone, call_ended, call_lost, too_long.
    `holds_until` is None when the units stay held until wrap-up is completed; equal to the fact's own time
    when wrap-up does not hold them at all.
    """

    kind: ClassVar[str] = "ended"
    cause: str
    by_id: str | None = None
    by_role: str = "system"
    holds_until: datetime | None = None
    auto_close_at: datetime | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Wrap-up: the owner stays, monitors may stay, everybody else is out."""
        freed = self.holds_until is not None and self.holds_until <= at
        owner = conversation.owner_id
        held = (
            {owner: conversation.holds[owner]} if owner in conversation.holds and not freed and owner else {}
        )
        changed = replace(
            without_call(conversation),
            state=State.WRAP_UP,
            wrap_up_at=at,
            offers=(),
            holds=held,
            participants=tuple(
                replace(one, coaching=False) for one in conversation.participants if one.role is Role.MONITOR
            ),
            scheduled_transfer=None,
            unanswered_since=None,
        )
        block = None if freed else self.holds_until
        return with_deadlines(
            replace(changed, deadlines={}), auto_close=self.auto_close_at, wrap_up_block=block
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkLimited(Event):
    """Somebody speaks with the customer now, and `until` then at the longest."""

    kind: ClassVar[str] = "talk_limited"
    until: datetime

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It ends by itself, unless it has ended before, or somebody else speaks with them by then."""
        return with_deadlines(conversation, talk=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacityFreed(Event):
    """Wrap-up has held the agent's units for as long as the workstream says."""

    kind: ClassVar[str] = "capacity_freed"

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Nothing is held any more; wrap-up goes on."""
        return with_deadlines(replace(conversation, holds={}), wrap_up_block=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapUpCompleted(Event):
    """The agent is done with it (T14); with a `cause` (`not_serving`) it was completed for want of the agent."""

    kind: ClassVar[str] = "wrap_up_completed"
    agent_id: str
    disposition: str | None = None
    cause: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Closed as completed."""
        disposition = self.disposition or conversation.disposition
        return closed(replace(conversation, disposition=disposition), at, "completed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned(Event):
    """The customer left before an agent had accepted (T6)."""

    kind: ClassVar[str] = "abandoned"
    cause: str

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Closed as abandoned."""
        return closed(conversation, at, "abandoned")


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoClosed(Event):
    """The auto-close time of the workstream has passed (T13), or it cannot go on for a `cause` (`call_lost`)."""

    kind: ClassVar[str] = "auto_closed"
    state: State
    cause: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Closed by the system; wrap-up that nobody completed counts as completed work."""
        return closed(conversation, at, "auto_closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResolved(Event):
    """The case is solved; records have no wrap-up (T15). `status` is the name for it, `outcome` what it came to."""

    kind: ClassVar[str] = "record_resolved"
    agent_id: str
    status: str | None = None
    outcome: str = ""
    disposition: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Closed as resolved."""
        record = conversation.record
        if record is not None or self.status or self.outcome:
            told = {"status": self.status, "outcome": self.outcome}
            record = changed(record or Record(), tuple(told), **told)
        disposition = self.disposition or conversation.disposition
        return closed(replace(conversation, record=record, disposition=disposition), at, "resolved")


def end_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Only its owner ends an active conversation."""
    return owner_refusal(agent_id, conversation)


def end(
    agent_id: str, conversation: Conversation, workstream: Workstream, at: datetime
) -> tuple[Event, ...] | Refusal:
    """The agent ends the talk and wraps up (T7); a record is resolved instead (`resolve`)."""
    if refusal := end_refusal(agent_id, conversation):
        return refusal
    return ended(conversation, workstream, at, cause="agent_ended", by=(agent_id, "agent"))


def ended(
    conversation: Conversation,
    workstream: Workstream,
    at: datetime,
    *,
    cause: str,
    by: tuple[str | None, str],
) -> tuple[Event, ...]:
    """The wrap-up that the workstream prescribes; whoever else took part leaves."""
    until = {
        WrapUpBlock.ALWAYS: None,
        WrapUpBlock.NEVER: at,
        WrapUpBlock.SECONDS: at + timedelta(seconds=workstream.timers.wrap_up_block),
    }[workstream.wrap_up]
    wrapping_up = Ended(
        cause=cause,
        by_id=by[0],
        by_role=by[1],
        holds_until=until,
        auto_close_at=workstream.auto_close(workstream.timers.auto_close_wrap_up, at),
    )
    return (*put_out(conversation, State.WRAP_UP), wrapping_up)


def limited(workstream: Workstream, at: datetime) -> tuple[Event, ...]:
    """A call that is served from now on (`begins_talk`) is not to be forgotten, and hold its agent, for ever."""
    until = workstream.auto_close(workstream.timers.auto_end_active, at)
    return () if until is None else (TalkLimited(until=until),)


def begins_talk(before: Conversation | None, now: Conversation) -> bool:
    """Whether somebody serves a call now who has not served it before."""
    if now.channel not in SPOKEN or now.state is not State.ACTIVE or now.accepted_at is None:
        return False
    if before is None or before.state is not State.ACTIVE:
        return True
    return (before.accepted_at, before.owner_id) != (now.accepted_at, now.owner_id)


def talk_over(conversation: Conversation, workstream: Workstream, at: datetime) -> tuple[Event, ...]:
    """It has gone on for too long (spec 1 §2, voice active)."""
    if conversation.state is not State.ACTIVE or not conversation.accepted:
        return ()
    return ended(conversation, workstream, at, cause="too_long", by=(None, "system"))


def customer_end_refusal(conversation: Conversation) -> Refusal | None:
    """The customer may end what is being talked about, and leave a synchronous queue; else it goes on without them."""
    facts = {"state": conversation.state.value}
    if conversation.state in (State.CLOSED, State.WRAP_UP):
        return Refusal(Reason.ENDED, facts)
    if conversation.channel is Channel.RECORD:
        return Refusal(Reason.NO_CUSTOMER)
    if conversation.accepted or conversation.channel in SYNCHRONOUS:
        return None
    return Refusal(Reason.NOT_ENDABLE, facts)


def customer_end(
    conversation: Conversation, workstream: Workstream, at: datetime, *, cause: str
) -> tuple[Event, ...] | Refusal:
    """The customer leaves (`customer_ended`, `customer_gone`): abandoned before acceptance, wrap-up after (T6, T7).

    Who was with a bot was being served, so nothing is abandoned: it is over, as when the bot ends it.
    """
    if refusal := customer_end_refusal(conversation):
        return refusal
    if conversation.bot_id:
        return talk_ended(conversation, cause)
    if not conversation.accepted:
        return (*put_out(conversation, State.CLOSED), Abandoned(cause=cause))
    return ended(conversation, workstream, at, cause=cause, by=(conversation.contact_id, "customer"))


def complete_refusal(agent_id: str, conversation: Conversation) -> Refusal | None:
    """Only its owner completes wrap-up."""
    facts = {"state": conversation.state.value, "owner": conversation.owner_name}
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, facts)
    if conversation.state is not State.WRAP_UP:
        return Refusal(Reason.NOT_IN_WRAP_UP, facts)
    return None if conversation.owner_id == agent_id else Refusal(Reason.NOT_YOURS, facts)


def complete(
    agent_id: str, conversation: Conversation, disposition: str | None, *, cause: str | None = None
) -> tuple[Event, ...] | Refusal:
    """The agent is done (T14); `cause` says why it is done for them."""
    if refusal := complete_refusal(agent_id, conversation):
        return refusal
    completed = WrapUpCompleted(agent_id=agent_id, disposition=disposition, cause=cause)
    return (*put_out(conversation, State.CLOSED), completed)


def auto_close(conversation: Conversation) -> tuple[Event, ...]:
    """What the auto-close deadline does in the states that have one (T13)."""
    if conversation.state in (State.OPEN, State.WAITING, State.WRAP_UP):
        return (*put_out(conversation, State.CLOSED), AutoClosed(state=conversation.state))
    return ()


def due(conversation: Conversation, name: Deadline, at: datetime) -> bool:
    """Whether this deadline still stands and has passed: a timer fires once, and never for a past state."""
    when = conversation.deadlines.get(name.value)
    return when is not None and when <= at
