"""Bots' acts on what they have, and supervisors' acts on bots (spec 1 §3 f; T7, T8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from valvomo.commands.conversations.targets import queue_target
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import house
from valvomo.domain.access.acts import Act
from valvomo.domain.agents.skills import Need
from valvomo.domain.conversations import bots as rules
from valvomo.domain.conversations.details import DetailsChanged
from valvomo.domain.conversations.message import bot_message_refusal
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.targets import Queue
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(Command):
    """The bot gives its conversation to people; to its own queue when none is named. `skills` by id, with levels."""

    of_bots: ClassVar[bool] = True
    conversation_id: str
    reason: str
    summary: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    skills: Mapping[str, int] = field(default_factory=dict)
    queue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndByBot(Command):
    """The bot says that the matter is settled."""

    of_bots: ClassVar[bool] = True
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DescribeByBot(Command):
    """Subject, tags, language; None leaves one as it is."""

    of_bots: ClassVar[bool] = True
    conversation_id: str
    subject: str | None = None
    tags: tuple[str, ...] | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Command):
    """A supervisor takes it from the bot and puts it into a queue of people; its own when none is named."""

    act: ClassVar[Act | None] = Act.HAND_OVER
    conversation_id: str
    queue: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseBot(Command):
    """Keep the bot from speaking."""

    act: ClassVar[Act | None] = Act.PAUSE_BOT
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeBot(Command):
    """Let the bot speak again."""

    act: ClassVar[Act | None] = Act.RESUME_BOT
    conversation_id: str


@handles(Escalate)
async def escalate(work: Work, command: Escalate) -> Outcome:
    """Open in the queue, with what the bot knows; its wait begins now."""
    conversation = await _own(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    known = await house.skills(work.tx, work.organization_id)
    if unknown := sorted(command.skills.keys() - known.keys()):
        return Refusal(Reason.UNKNOWN_TARGET, {"skill": unknown[0]})
    context = rules.Context(
        reason=command.reason,
        by_id=work.actor.id,
        by_role="bot",
        summary=command.summary,
        answers=command.answers,
        needs=tuple(Need(skill_id=one, level=level) for one, level in sorted(command.skills.items())),
    )
    return await to_people(work, conversation, command.queue, context)


@handles(EndByBot)
async def end_by_bot(work: Work, command: EndByBot) -> Outcome:
    """Closed: nobody has anything to wrap up."""
    conversation = await _own(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.end_by_bot(work.actor.id, conversation))


@handles(DescribeByBot)
async def describe_by_bot(work: Work, command: DescribeByBot) -> Outcome:
    """What routing and agents will go by."""
    conversation = await _own(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    change = DetailsChanged(
        by_id=work.actor.id, subject=command.subject, tags=command.tags, language=command.language
    )
    return await work.decide(conversation, (change,))


@handles(HandOver)
async def hand_over(work: Work, command: HandOver) -> Outcome:
    """Escalates like the bot itself would."""
    conversation = await work.lock_for(command.conversation_id, Act.HAND_OVER)
    if isinstance(conversation, Refusal):
        return conversation
    context = rules.Context(reason=rules.HANDED_OVER, by_id=work.actor.id, by_role="supervisor")
    return await to_people(work, conversation, command.queue, context)


@handles(PauseBot)
async def pause_bot(work: Work, command: PauseBot) -> Outcome:
    """Until it is let go on, or for ten minutes."""
    conversation = await work.lock_for(command.conversation_id, Act.PAUSE_BOT)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(
        conversation, rules.pause((work.actor.id, work.actor.name), conversation, at=work.now)
    )


@handles(ResumeBot)
async def resume_bot(work: Work, command: ResumeBot) -> Outcome:
    """It has as much time to answer as ever."""
    conversation = await work.lock_for(command.conversation_id, Act.RESUME_BOT)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(
        conversation, rules.unpause((work.actor.id, work.actor.name), conversation, at=work.now)
    )


async def to_people(
    work: Work, conversation: Conversation, queue: str | None, context: rules.Context
) -> dict[str, object] | Refusal:
    """Into the queue that is named, or its own."""
    target: Queue | Refusal = await queue_target(work, queue or conversation.queue_id)
    if isinstance(target, Refusal):
        return target
    workstream = await work.workstream(conversation)
    return await work.decide(
        conversation, rules.escalate(conversation, workstream, target, context, at=work.now)
    )


async def _own(work: Work, conversation_id: str) -> Conversation | Refusal:
    """The bot's own, locked: it does not exist for whoever else calls."""
    conversation = await work.lock(conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    return bot_message_refusal(work.actor.id, conversation) or conversation
