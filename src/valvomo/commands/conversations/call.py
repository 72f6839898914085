"""Elevation to a call and its end: called by the part that carries the media (spec 1 §1, §3 e)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.conversations import call as rules
from valvomo.domain.conversations.model import Mode
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Elevate(Command):
    """Take a text conversation into a call."""

    conversation_id: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall(Command):
    """The call of an elevated conversation is over."""

    conversation_id: str


@handles(Elevate)
async def elevate(work: Work, command: Elevate) -> Outcome:
    """By its primary."""
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.elevate(work.actor.id, conversation, command.mode))


@handles(EndCall)
async def end_call(work: Work, command: EndCall) -> Outcome:
    """Back to text; a transfer that waited for this is made now."""
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    wish = conversation.scheduled_transfer
    target = await work.lock_agent(wish.agent_id) if wish else None
    workstream = await work.workstream(conversation)
    decision = rules.end_call(conversation, workstream, target, work.new_id(), at=work.now)
    return await work.decide(conversation, decision)
