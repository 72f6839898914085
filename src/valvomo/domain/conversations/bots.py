"""Bots as participants: escalating to people, pausing, ending, and what a bot's deadline does (T1, T8; spec 1 §3 f).

A bot is primary of what begins with it and of nothing else: it is no agent, so there is nothing by which it could be
assigned, offered or transferred a conversation. There is always a deadline while a bot has a conversation: a bot that
says nothing, or cannot be reached, loses it to people, and one that nobody talks with ends.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import ClassVar

from valvomo.domain.agents.skills import Need, joined
from valvomo.domain.conversations.bot_end import talk_ended
from valvomo.domain.conversations.bot_marks import BotPause, Escalation
from valvomo.domain.conversations.event import Event, with_deadlines
from valvomo.domain.conversations.leaving import put_out
from valvomo.domain.conversations.message import bot_message_refusal
from valvomo.domain.conversations.model import Conversation, Role, State
from valvomo.domain.conversations.queueing import Queued
from valvomo.domain.conversations.targets import Queue, queue_refusal
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.refusals import Reason, Refusal

PAUSE_SECONDS = 600
"""A bot that a supervisor has paused and then forgotten goes on after this long."""

SILENT, UNREACHED, DISABLED, HANDED_OVER = "bot_silent", "bot_unreached", "bot_disabled", "bot_handed_over"
"""Why it escalates without the bot's own doing."""

REASONS = (SILENT, UNREACHED, DISABLED, HANDED_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated(Event):
    """The bot lets go, with what it knows. `by_role` is `bot`, `supervisor` or `system`; `Queued` follows at once.

    `reason` is a code of the house (see above) or the bot's own words; `summary` is for the agent and stays in the
    house. `answers` are what the customer has told the bot, `needs` the skills that it asks for.
    """

    kind: ClassVar[str] = "escalated"
    bot_id: str
    bot_name: str
    reason: str
    by_role: str
    summary: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """Known to whoever takes it; what was answered before stays unless it was answered anew."""
        known = Escalation(
            bot_id=self.bot_id, bot_name=self.bot_name, reason=self.reason, summary=self.summary, at=at
        )
        return replace(
            conversation,
            escalation=known,
            answers={**conversation.answers, **self.answers},
            needs=joined(conversation.needs, self.needs),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BotAwaited(Event):
    """When the bot's silence is looked at next. It happens to every bot's conversation alike and tells nothing."""

    kind: ClassVar[str] = "bot_awaited"
    due_at: datetime

    @property
    def silent(self) -> bool:
        """Nobody need see a clock being set."""
        return True

    @property
    def secret(self) -> bool:
        """No secret: it happens to all of them."""
        return False

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """The clock runs."""
        return with_deadlines(conversation, bot=self.due_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotPaused(Event):
    """A supervisor keeps the bot from speaking, until they let it go on or `until`."""

    kind: ClassVar[str] = "bot_paused"
    by_id: str
    by_name: str
    until: datetime

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """It says nothing meanwhile, and its silence is not held against it."""
        pause = BotPause(by_id=self.by_id, by_name=self.by_name, at=at, until=self.until)
        return with_deadlines(replace(conversation, bot_paused=pause), bot=self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class BotResumed(Event):
    """The bot may speak again: let go on by a supervisor, or (`cause` `pause_over`) because the pause is over."""

    kind: ClassVar[str] = "bot_resumed"
    cause: str
    due_at: datetime
    by_id: str | None = None
    by_name: str | None = None

    def apply(self, conversation: Conversation, at: datetime) -> Conversation:
        """With as much time to answer as ever."""
        return with_deadlines(replace(conversation, bot_paused=None), bot=self.due_at)


def handled_refusal(conversation: Conversation) -> Refusal | None:
    """What is done to bots needs one."""
    if conversation.state is State.CLOSED:
        return Refusal(Reason.CLOSED, {"state": "closed"})
    if conversation.bot_id:
        return None
    return Refusal(Reason.NOT_HANDLED_BY_BOT, {"owner": conversation.owner_name})


def watching_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """Who steers a bot reads along: monitoring or joined."""
    if refusal := handled_refusal(conversation):
        return refusal
    if conversation.role_of(supervisor_id) in (Role.MONITOR, Role.SUPERVISOR):
        return None
    return Refusal(Reason.MONITOR_FIRST)


def pause_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """Once, by somebody who reads along."""
    if refusal := watching_refusal(supervisor_id, conversation):
        return refusal
    pause = conversation.bot_paused
    return Refusal(Reason.BOT_PAUSED, {"by": pause.by_name, "until": pause.until}) if pause else None


def unpause_refusal(supervisor_id: str, conversation: Conversation) -> Refusal | None:
    """Whoever reads along lets it go on, whoever paused it."""
    if refusal := watching_refusal(supervisor_id, conversation):
        return refusal
    return None if conversation.bot_paused else Refusal(Reason.BOT_NOT_PAUSED)


def pause(
    supervisor: tuple[str, str], conversation: Conversation, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """Keep the bot from speaking; `supervisor` is id and name."""
    if refusal := pause_refusal(supervisor[0], conversation):
        return refusal
    until = at + timedelta(seconds=PAUSE_SECONDS)
    return (BotPaused(by_id=supervisor[0], by_name=supervisor[1], until=until),)


def unpause(
    supervisor: tuple[str, str], conversation: Conversation, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """Let it speak again."""
    if refusal := unpause_refusal(supervisor[0], conversation):
        return refusal
    due_at = at + timedelta(seconds=conversation.bot_patience)
    return (BotResumed(cause="supervisor", due_at=due_at, by_id=supervisor[0], by_name=supervisor[1]),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What goes along with an escalation: why, by whom (`bot`, `supervisor`, `system`), and what is known."""

    reason: str
    by_id: str
    by_role: str
    summary: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[Need, ...] = ()


def escalate(
    conversation: Conversation, workstream: Workstream, queue: Queue, context: Context, *, at: datetime
) -> tuple[Event, ...] | Refusal:
    """From the bot to a queue of people, whoever wants it; the present queue is as good as another (spec 1 §3 f)."""
    if refusal := handled_refusal(conversation):
        return refusal
    if queue.id != conversation.queue_id and (refusal := queue_refusal(conversation, queue)):
        return refusal
    bot = (conversation.bot_id or "", conversation.bot_name or "")
    escalated = Escalated(
        bot_id=bot[0],
        bot_name=bot[1],
        reason=context.reason,
        by_role=context.by_role,
        summary=context.summary,
        answers=context.answers,
        needs=context.needs,
    )
    queued = Queued(
        queue_id=queue.id,
        queue_name=queue.name,
        cause="handed_over" if context.by_role == "supervisor" else "escalated",
        from_id=bot[0],
        from_name=bot[1],
        by_id=context.by_id,
        by_role=context.by_role,
        auto_close_at=workstream.auto_close(workstream.timers.auto_close_open, at),
    )
    return (*put_out(conversation, State.OPEN), escalated, queued)


def end_by_bot(bot_id: str, conversation: Conversation) -> tuple[Event, ...] | Refusal:
    """The bot says that the matter is settled."""
    return bot_message_refusal(bot_id, conversation) or talk_ended(conversation, "bot_ended")


def awaited(conversation: Conversation, at: datetime) -> tuple[Event, ...]:
    """The customer has written: unless the bot's time is over sooner anyway, it has `bot_patience` from now."""
    due_at = at + timedelta(seconds=conversation.bot_patience)
    if not conversation.bot_id or conversation.bot_paused or conversation.state is not State.ACTIVE:
        return ()
    standing = conversation.deadlines.get("bot")
    return () if standing is not None and standing <= due_at else (BotAwaited(due_at=due_at),)


def bot_due(
    conversation: Conversation, workstream: Workstream, queue: Queue, *, unreached: bool, at: datetime
) -> tuple[Event, ...]:
    """What the bot's deadline does: it goes on after a pause, escalates its silence, ends what is idle, or waits on.

    `unreached`: something that the bot should have been told has not reached it in all the time that it had.
    """
    if not conversation.bot_id or conversation.state is not State.ACTIVE:
        return ()
    patience = timedelta(seconds=conversation.bot_patience)
    if conversation.bot_paused:
        return (BotResumed(cause="pause_over", due_at=at + patience),)
    since = conversation.unanswered_since
    overdue = since is not None and since + patience <= at
    if overdue or unreached:
        why = Context(reason=UNREACHED if unreached else SILENT, by_id=conversation.bot_id, by_role="system")
        decided = escalate(conversation, workstream, queue, why, at=at)
        return () if isinstance(decided, Refusal) else decided
    if since is not None:
        return (BotAwaited(due_at=since + patience),)
    idle = timedelta(seconds=conversation.bot_idle)
    quiet_at = (conversation.last_message_at or conversation.created_at) + idle
    return talk_ended(conversation, "idle") if quiet_at <= at else (BotAwaited(due_at=quiet_at),)
