"""Naming: what a provider says when it is asked what a customer calls themselves, who was known by an id until then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.domain.access.actor import system_refusal
from valvomo.domain.contacts.events import ContactChanged


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteName(Command):
    """What a customer at an address calls themselves; empty where the provider does not say.

    `failed`: it could not be asked, and will be when they write again.
    """

    account_id: str
    address: str
    name: str
    failed: bool = False


@handles(NoteName)
async def note_name(work: Work, command: NoteName) -> Outcome:
    """The thread has it from now on, and so has the contact, if nobody has given it a name meanwhile."""
    if refusal := system_refusal(work.actor):
        return refusal
    place = (work.organization_id, command.account_id, command.address)
    await work.tx.run("channels.make_thread", *place, command.name, work.now)
    unnamed_at = work.now if command.failed else None
    contact_id = await work.tx.value("channels.name_thread", *place, command.name, unnamed_at)
    if command.name and contact_id is not None:
        await _name_contact(work, contact_id, command)
    return {}


async def _name_contact(work: Work, contact_id: str, command: NoteName) -> None:
    row = await work.tx.row("contacts.lock", work.organization_id, contact_id)
    known_by = await work.tx.rows("channels.known_by", work.organization_id, contact_id)
    if row is None or row["name"] not in {command.address, *(one["value"] for one in known_by)}:
        return
    await work.tx.run("contacts.change", work.organization_id, *_changed(row, command.name))
    work.note(
        ContactChanged(
            contact_id=contact_id, name=command.name, before={"name": row["name"]}, after={"name": command.name}
        )
    )  # fmt: skip


def _changed(row: Any, name: str) -> tuple[object, ...]:
    return row["id"], name, row["email"], row["phone"], row["company"], row["language"], row["about"]
