"""Ask a supervisor, withdraw it; note that the customer's words asked for one (spec 3 *Floor*)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import ask as rules
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSupervisor(Command):
    """The agent who has it wants a supervisor's help."""

    act: ClassVar[Act | None] = Act.ASK_SUPERVISOR
    conversation_id: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawAsk(Command):
    """The agent needs no help any more."""

    act: ClassVar[Act | None] = Act.WITHDRAW_ASK
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAsked(Command):
    """The customer has asked for a supervisor, in words that the house listens for: the system's to note."""

    conversation_id: str


@handles(AskSupervisor)
async def ask_supervisor(work: Work, command: AskSupervisor) -> Outcome:
    """Once, until it is withdrawn or answered."""
    conversation = await work.lock_for(command.conversation_id, Act.ASK_SUPERVISOR)
    if isinstance(conversation, Refusal):
        return conversation
    agent = (work.actor.id, work.actor.name)
    return await work.decide(conversation, rules.ask(agent, conversation, command.note))


@handles(WithdrawAsk)
async def withdraw_ask(work: Work, command: WithdrawAsk) -> Outcome:
    """What an agent asked."""
    conversation = await work.lock_for(command.conversation_id, Act.WITHDRAW_ASK)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.withdraw((work.actor.id, work.actor.name), conversation))


@handles(NoteAsked)
async def note_asked(work: Work, command: NoteAsked) -> Outcome:
    """Nothing where somebody has asked already, or where it is over."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.asked_by_customer(conversation))
