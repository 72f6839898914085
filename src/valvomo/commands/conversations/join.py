"""Join, leave, take over (spec 1 §3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.acts import Act
from valvomo.domain.agents.capacity import exceeded_by
from valvomo.domain.conversations import join as rules
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Join(Command):
    """Become a visible participant."""

    act: ClassVar[Act | None] = Act.JOIN
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leave(Command):
    """Leave what one joined or consults in."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver(Command):
    """Become primary; the agent becomes consult."""

    act: ClassVar[Act | None] = Act.TAKE_OVER
    conversation_id: str


@handles(Join)
async def join(work: Work, command: Join) -> Outcome:
    """Agent and customer are told."""
    conversation = await work.lock_for(command.conversation_id, Act.JOIN)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.join((work.actor.id, work.actor.name), conversation))


@handles(Leave)
async def leave(work: Work, command: Leave) -> Outcome:
    """Whoever knew of them is told."""
    conversation = await work.lock_for(command.conversation_id, Act.LEAVE)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.leave(work.actor.id, conversation))


@handles(TakeOver)
async def take_over(work: Work, command: TakeOver) -> Outcome:
    """The supervisor pays the units from now on."""
    conversation = await work.lock_for(command.conversation_id, Act.TAKE_OVER)
    if isinstance(conversation, Refusal):
        return conversation
    supervisor = await work.lock_agent(work.actor.id)
    excess = exceeded_by(supervisor, conversation.units, conversation.channel) if supervisor else 0
    return await work.decide(
        conversation, rules.take_over((work.actor.id, work.actor.name), conversation, excess)
    )
