"""Mute, unmute, pin, unpin: what supervisors say to each other of a conversation (spec 3 *Floor*)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import mute as rules
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute(Command):
    """It draws no attention for so many minutes, or (None) until something changes."""

    act: ClassVar[Act | None] = Act.MUTE
    conversation_id: str
    minutes: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmute(Command):
    """It draws attention again."""

    act: ClassVar[Act | None] = Act.UNMUTE
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin(Command):
    """To the top of all supervisors' lists."""

    act: ClassVar[Act | None] = Act.PIN
    conversation_id: str
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpin(Command):
    """From the top."""

    act: ClassVar[Act | None] = Act.UNPIN
    conversation_id: str


@handles(Mute)
async def mute(work: Work, command: Mute) -> Outcome:
    """As often as one likes: the newest word holds."""
    conversation = await work.lock_for(command.conversation_id, Act.MUTE)
    if isinstance(conversation, Refusal):
        return conversation
    until = None if command.minutes is None else work.now + timedelta(minutes=command.minutes)
    by = (work.actor.id, work.actor.name)
    return await work.decide(conversation, rules.mute(by, conversation, until, command.why))


@handles(Unmute)
async def unmute(work: Work, command: Unmute) -> Outcome:
    """Whoever muted it."""
    conversation = await work.lock_for(command.conversation_id, Act.UNMUTE)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.unmute((work.actor.id, work.actor.name), conversation))


@handles(Pin)
async def pin(work: Work, command: Pin) -> Outcome:
    """Once."""
    conversation = await work.lock_for(command.conversation_id, Act.PIN)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(
        conversation, rules.pin((work.actor.id, work.actor.name), conversation, command.why)
    )


@handles(Unpin)
async def unpin(work: Work, command: Unpin) -> Outcome:
    """Whoever pinned it."""
    conversation = await work.lock_for(command.conversation_id, Act.UNPIN)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.unpin((work.actor.id, work.actor.name), conversation))
