"""Calls: asked for, accepted or not, held, and ended (spec 1 §1, §3 e, §4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.conversations.connection import CustomerEnd, end_by_customer
from valvomo.commands.conversations.targets import scheduled_target
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import call as rules
from valvomo.domain.conversations import call_end
from valvomo.domain.conversations import coach as coaching
from valvomo.domain.conversations import hold as holding
from valvomo.domain.conversations.model import SPOKEN, Conversation, Mode
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Elevate(Command):
    """Ask the customer of a text conversation into a call."""

    conversation_id: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptCall(Command):
    """The customer comes into the call that they are asked into."""

    conversation_id: str
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineCall(Command):
    """The customer does not."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCall(Command):
    """The call of a text conversation is over, or will not be."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp(Command):
    """The customer leaves the call: back to text, or, of what began as a call, the end."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold(Command):
    """Put the customer of a call on hold."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unhold(Command):
    """Take them off hold."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coach(Command):
    """Speak to the agent of a call that one monitors; nobody else hears it."""

    act: ClassVar[Act | None] = Act.COACH
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCoach(Command):
    """Only listen again."""

    conversation_id: str


@handles(Elevate)
async def elevate(work: Work, command: Elevate) -> Outcome:
    """By its primary; the customer has a while to answer."""
    conversation = await work.lock_for(command.conversation_id, Act.ELEVATE)
    if isinstance(conversation, Refusal):
        return conversation
    decision = rules.elevate(work.actor.id, conversation, command.mode, work.new_id(), at=work.now)
    return await work.decide(conversation, decision)


@handles(AcceptCall)
async def accept_call(work: Work, command: AcceptCall) -> Outcome:
    """By the customer alone."""
    conversation = await _customers(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.accept_call(conversation, command.mode))


@handles(DeclineCall)
async def decline_call(work: Work, command: DeclineCall) -> Outcome:
    """By the customer alone."""
    conversation = await _customers(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.decline_call(conversation, "declined"))


@handles(EndCall)
async def end_call(work: Work, command: EndCall) -> Outcome:
    """Back to text; a transfer that waited for this is made now."""
    conversation = await work.lock_for(command.conversation_id, Act.END_CALL)
    return conversation if isinstance(conversation, Refusal) else await _ended(work, conversation, "agent")


@handles(HangUp)
async def hang_up(work: Work, command: HangUp) -> Outcome:
    """By the customer."""
    conversation = await _customers(work, command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if conversation.channel in SPOKEN:
        return await end_by_customer(work, CustomerEnd(conversation_id=conversation.id))
    if not conversation.elevated:
        return Refusal(Reason.NO_CALL)
    return await _ended(work, conversation, "customer")


@handles(Hold)
async def hold(work: Work, command: Hold) -> Outcome:
    """By its primary."""
    conversation = await work.lock_for(command.conversation_id, Act.HOLD)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, holding.hold(work.actor.id, conversation))


@handles(Unhold)
async def unhold(work: Work, command: Unhold) -> Outcome:
    """By its primary."""
    conversation = await work.lock_for(command.conversation_id, Act.UNHOLD)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, holding.unhold(work.actor.id, conversation, at=work.now))


@handles(Coach)
async def coach(work: Work, command: Coach) -> Outcome:
    """By who monitors."""
    conversation = await work.lock_for(command.conversation_id, Act.COACH)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, coaching.coach((work.actor.id, work.actor.name), conversation))


@handles(StopCoach)
async def stop_coach(work: Work, command: StopCoach) -> Outcome:
    """Always possible for who coaches."""
    conversation = await work.lock_for(command.conversation_id, Act.STOP_COACH)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(
        conversation, coaching.stop_coach((work.actor.id, work.actor.name), conversation)
    )


async def _customers(work: Work, conversation_id: str) -> Conversation | Refusal:
    """The conversation, locked, for its customer."""
    conversation = await work.lock(conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    own = work.actor.kind is ActorKind.CUSTOMER and work.actor.id == conversation.contact_id
    return conversation if own else Refusal(Reason.NOT_FOUND)


async def _ended(work: Work, conversation: Conversation, by_role: str) -> Outcome:
    target = await scheduled_target(work, conversation.scheduled_transfer)
    workstream = await work.workstream(conversation)
    decision = call_end.end_call(
        conversation, workstream, target, work.new_id(), by_role=by_role, at=work.now
    )
    return await work.decide(conversation, decision)
