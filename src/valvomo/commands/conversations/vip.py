"""Mark a customer as a VIP: kept with the contact, and told by each of their ongoing conversations."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work, outcome_of
from valvomo.db import contacts, conversations
from valvomo.domain.access.acts import Act, act_refusal
from valvomo.domain.conversations import vip as rules
from valvomo.domain.conversations.model import Conversation
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
    group = await lock_customer(work, there.contact_id)
    rows = await work.tx.rows("conversations.lock_of_contact", work.organization_id, group)
    locked = {one.id: one for one in map(conversations.decode, rows)}
    this = locked.get(there.id, there)
    if refusal := act_refusal(Act.MARK_VIP, work.actor, this, work.supervision):
        return refusal
    await work.tx.run("house.mark_vip", work.organization_id, group, command.vip)
    told = await _tell(work, locked.values(), vip=command.vip)
    return outcome_of(told.get(this.id, this))


async def agree_on_vip(work: Work, contact_id: str) -> None:
    """Of whom somebody has just said which contacts they are: a VIP if any of these is.

    What each contact says stays, so that parting them again restores it.
    """
    group = await lock_customer(work, contact_id)
    flags = await work.tx.rows("house.vips", work.organization_id, group)
    rows = await work.tx.rows("conversations.lock_of_contact", work.organization_id, group)
    await _tell(work, map(conversations.decode, rows), vip=any(row["vip"] for row in flags))


async def lock_customer(work: Work, contact_id: str, lock: str = "house.lock_contacts") -> list[str]:
    """All contacts of a customer, locked: also those that were merged into it while others held the lock."""
    group: list[str] = []
    while (found := await contacts.group(work.tx, work.organization_id, contact_id)) != group:
        group = found
        await work.tx.rows(lock, work.organization_id, group)
    return group


async def _tell(work: Work, ongoing: Iterable[Conversation], *, vip: bool) -> dict[str, Conversation]:
    """Each of them says so; those that said otherwise, as they are then."""
    by = (work.actor.id, work.actor.name)
    return {
        one.id: await work.record(one, decided)
        for one in ongoing
        if (decided := rules.mark_vip(by, one, vip=vip))
    }
