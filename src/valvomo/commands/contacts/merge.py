"""Merge two contacts into one customer, and take that back."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.conversations.vip import agree_on_vip
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.contacts import merge_refusal
from valvomo.domain.contacts.events import ContactMerged, ContactUnmerged
from valvomo.domain.contacts.merging import merge
from valvomo.domain.refusals import Reason, Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeContacts(Command):
    """The two are one customer, who is shown as `into_id`, or as what that one is merged into."""

    contact_id: str
    into_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmergeContact(Command):
    """The contact is a customer of its own again, with whatever was merged into it before."""

    contact_id: str


@handles(MergeContacts)
async def merge_contacts(work: Work, command: MergeContacts) -> Outcome:
    """Once: contacts that are one already stay so. One merge at a time, so that no two make a circle."""
    if refusal := merge_refusal(work.actor):
        return refusal
    await work.tx.row("house.lock_organization", work.organization_id)
    wanted = [command.contact_id, command.into_id]
    rows = {row["id"]: row for row in await work.tx.rows("contacts.pair", work.organization_id, wanted)}
    if not set(wanted) <= rows.keys():
        return Refusal(Reason.NOT_FOUND)
    merges = {one: row["merged_into"] for one, row in rows.items() if row["merged_into"] is not None}
    decided = merge(merges, *wanted)
    if isinstance(decided, Refusal):
        return decided
    if decided is not None:
        one, into = decided
        await work.tx.run("contacts.point", work.organization_id, one, into, work.now, work.actor.name)
        work.note(
            ContactMerged(contact_id=one, name=rows[one]["name"], into_id=into, into=rows[into]["name"])
        )
        await agree_on_vip(work, into)
    return {"id": command.into_id}


@handles(UnmergeContact)
async def unmerge_contact(work: Work, command: UnmergeContact) -> Outcome:
    """Once: a contact that is merged into no other stays so."""
    if refusal := merge_refusal(work.actor):
        return refusal
    await work.tx.row("house.lock_organization", work.organization_id)
    rows = {
        row["id"]: row
        for row in await work.tx.rows("contacts.pair", work.organization_id, [command.contact_id])
    }
    if command.contact_id not in rows:
        return Refusal(Reason.NOT_FOUND)
    one = rows[command.contact_id]
    if (into := one["merged_into"]) is not None:
        await work.tx.run("contacts.point", work.organization_id, one["id"], None, None, None)
        work.note(
            ContactUnmerged(contact_id=one["id"], name=one["name"], into_id=into, into=rows[into]["name"])
        )
        await agree_on_vip(work, one["id"])
        await agree_on_vip(work, into)
    return {"id": command.contact_id}
