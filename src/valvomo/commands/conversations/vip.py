"""Mark a customer as a VIP: kept with the contact, and told by each of their ongoing conversations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.db import contacts, conversations
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.conversations import vip as rules
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkVip(Command):
    """The customer of this conversation is a VIP, or is none any more."""

    act: ClassVar[Act | None] = Act.MARK_VIP
    conversation_id: str
    vip: bool


@handles(MarkVip)
async def mark_vip(work: Work, command: MarkVip) -> Outcome:
    """Their contacts are locked first, then their ongoing conversations by id: two who mark wait for each other."""
    there = await conversations.get(work.tx, work.organization_id, command.conversation_id)
    if there is None:
        return Refusal(Reason.NOT_FOUND)
    group = await contacts.group(work.tx, work.organization_id, there.contact_id)
    await work.tx.rows("house.lock_contacts", work.organization_id, group)
    rows = await work.tx.rows("conversations.lock_of_contact", work.organization_id, group)
    locked = {one.id: one for one in map(conversations.decode, rows)}
    this = locked.get(there.id, there)
    if refusal := act_refusal(Act.MARK_VIP, work.actor, this, work.supervision):
        return refusal
    await work.tx.run("house.mark_vip", work.organization_id, group, command.vip)
    by, outcome = (work.actor.id, work.actor.name), this
    for one in locked.values():
        if decided := rules.mark_vip(by, one, vip=command.vip):
            after = await work.record(one, decided)
            outcome = after if one.id == this.id else outcome
    return outcome_of(outcome)
