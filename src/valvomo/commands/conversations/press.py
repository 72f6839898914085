"""Keys that are pressed for a customer's telephone, and calls that are forwarded: said to whoever carries the call.

That it was said is in one commit with the receipt of the key; what came of it is told by the engine.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from valvomo.channels.phones import called_over, e164
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import calls
from valvomo.db.calls import Said, What
from valvomo.domain.access.acts import Act
from valvomo.domain.access.beginning import Way, begin_refusal
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.telephone import telephone_of
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class PressKeys(Command):
    """Have keys pressed for the other side. They may be the number of a card: nothing of them is kept.

    `mark` is what they are recognized by in a repeated command, `signal` by what their answer is found.
    """

    secret: ClassVar[frozenset[str]] = frozenset({"keys", "signal"})
    conversation_id: str
    keys: str = field(repr=False)
    mark: str
    signal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForwardCall(Command):
    """Have the telephone connected with another number, where this agent may call out over its trunk."""

    secret: ClassVar[frozenset[str]] = frozenset({"signal"})
    conversation_id: str
    number: str
    signal: str


@handles(PressKeys)
async def press_keys(work: Work, command: PressKeys) -> Outcome:
    """Said, and not yet pressed."""
    conversation = await work.lock_for(command.conversation_id, Act.KEYS)
    if isinstance(conversation, Refusal):
        return conversation
    return await _say(work, conversation, command.signal, ("keys", command.keys))


@handles(ForwardCall)
async def forward_call(work: Work, command: ForwardCall) -> Outcome:
    """Said, and not yet forwarded."""
    conversation = await work.lock_for(command.conversation_id, Act.FORWARD)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := await _way_refusal(work, conversation, command.number):
        return refusal
    return await _say(work, conversation, command.signal, ("forward", e164(command.number) or ""))


async def _way_refusal(work: Work, conversation: Conversation, number: str) -> Refusal | None:
    phone = telephone_of(conversation)
    if phone is None:
        return None
    account = await work.tx.row("channels.begun_over", work.organization_id, phone.account_id)
    if account is None:
        return Refusal(Reason.NOT_FOUND)
    way = Way(queue_id=account["queue_id"], switched_on=account["begins"], disabled=account["disabled"])
    if refusal := begin_refusal(work.actor, way):
        return refusal
    called = called_over(account["settings"], number)
    return called if isinstance(called, Refusal) else None


async def _say(work: Work, conversation: Conversation, signal: str, wanted: tuple[What, str]) -> Outcome:
    said = Said(
        id=signal,
        organization_id=work.organization_id,
        conversation_id=conversation.id,
        person_id=work.actor.id,
        what=wanted[0],
        offer=wanted[1],
    )
    return {"id": conversation.id} if await calls.say(work.tx, said) else Refusal(Reason.CALLS_OFF)
