"""Answer an offer: accept or reject (spec 1 §4)."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.conversations.revive import hear
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.domain.access.acts import Act
from valvomo.domain.conversations import offers as rules
from valvomo.domain.conversations.workstream import reject_refusal
from valvomo.domain.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer(Command):
    """Take what one was asked to take."""

    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectOffer(Command):
    """Decline what one was asked to take; where there are fixed reasons, for one of them or for none."""

    conversation_id: str
    reason: str | None = None


@handles(AcceptOffer)
async def accept_offer(work: Work, command: AcceptOffer) -> Outcome:
    """The units were held when the offer was made; nothing can be exceeded now."""
    conversation = await work.lock_for(command.conversation_id, Act.ACCEPT)
    if isinstance(conversation, Refusal):
        return conversation
    return await work.decide(conversation, rules.accept(work.actor.id, conversation))


@handles(RejectOffer)
async def reject_offer(work: Work, command: RejectOffer) -> Outcome:
    """Who asked is told, with the reason."""
    conversation = await work.lock_for(command.conversation_id, Act.REJECT)
    if isinstance(conversation, Refusal):
        return conversation
    workstream = await work.workstream(conversation)
    if refusal := reject_refusal(workstream, command.reason):
        return refusal
    auto_close_at = workstream.auto_close(workstream.timers.auto_close_open, work.now)
    decision = rules.reject(work.actor.id, conversation, command.reason, auto_close_at)
    if isinstance(decision, Refusal):
        return decision
    return outcome_of(await hear(work, await work.record(conversation, decision)))
