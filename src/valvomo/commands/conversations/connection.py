"""The customer's window: opened, lost, and the customer's own end (T6, T7)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.conversations import customer as rules
from valvomo.domain.conversations.ending import customer_end
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerConnect(Command):
    """A live connection of the customer was opened."""

    conversation_id: str
    connection_id: str
    process_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerDisconnect(Command):
    """A live connection of the customer was lost; the last one starts the reconnect time of a live chat or call."""

    conversation_id: str
    connection_id: str
    process_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HearCustomer(Command):
    """Whoever carries the call of a customer without a live connection still hears them in it."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerEnd(Command):
    """The customer ends the conversation."""

    conversation_id: str


@handles(CustomerConnect)
async def customer_connect(work: Work, command: CustomerConnect) -> Outcome:
    """Back in time stops the clock."""
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    await work.tx.run(
        "connections.open", command.process_id, command.connection_id, work.organization_id, None,
        conversation.id, work.now,
    )  # fmt: skip
    return await work.decide(conversation, rules.connected(conversation))


@handles(CustomerDisconnect)
async def customer_disconnect(work: Work, command: CustomerDisconnect) -> Outcome:
    """Only the last window counts."""
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    await work.tx.run("connections.close", command.process_id, command.connection_id)
    if await work.tx.value("connections.of_conversation", work.organization_id, conversation.id):
        return {}
    workstream = await work.workstream(conversation)
    return await work.decide(conversation, rules.disconnected(conversation, workstream, work.now))


@handles(HearCustomer)
async def hear_customer(work: Work, command: HearCustomer) -> Outcome:
    """Nothing where they are back by now, or the call is over."""
    conversation = await work.lock_as_system(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    workstream = await work.workstream(conversation)
    return await work.decide(conversation, rules.hear_customer(conversation, workstream, work.now))


@handles(CustomerEnd)
async def end_by_customer(work: Work, command: CustomerEnd) -> Outcome:
    """Abandoned before acceptance, wrap-up after."""
    conversation = await work.lock(command.conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    workstream = await work.workstream(conversation)
    decision = customer_end(conversation, workstream, work.now, cause="customer_ended")
    return await work.decide(conversation, decision)
