"""Change what is known of a contact, with who and when in the audit log."""

from __future__ import annotations

from dataclasses import dataclass

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import contacts
from valvomo.domain.access.contacts import contacts_refusal
from valvomo.domain.contacts.events import ContactChanged
from valvomo.domain.refusals import Reason, Refusal

KNOWN = ("name", "email", "phone", "company", "language", "about")
"""What is known of a contact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeContact(Command):
    """Set what is given; None leaves a detail as it is, and an empty text takes it away.

    `revision` is that of the contact on which this was thought out. An address that is written here makes nobody
    known: what a customer is known by is what a channel vouches for.
    """

    contact_id: str
    revision: int
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    company: str | None = None
    language: str | None = None
    about: str | None = None


@handles(ChangeContact)
async def change_contact(work: Work, command: ChangeContact) -> Outcome:
    """By whoever may know of the contact; nothing, and no fact, where nothing changes."""
    if refusal := contacts_refusal(work.actor):
        return refusal
    if not await contacts.is_known_to(work.tx, work.actor, command.contact_id):
        return Refusal(Reason.NOT_FOUND)
    row = await work.tx.row("contacts.lock", work.organization_id, command.contact_id)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    before = {name: row[name] or "" for name in KNOWN}
    given = {name: getattr(command, name) for name in KNOWN}
    after = {name: before[name] if value is None else value for name, value in given.items()}
    differing = [name for name in KNOWN if before[name] != after[name]]
    if not differing:
        return {"id": row["id"], "revision": row["revision"]}
    if row["revision"] != command.revision:
        return Refusal(Reason.CONTACT_CHANGED, {"revision": row["revision"]})
    await work.tx.run(
        "contacts.change", work.organization_id, row["id"], after["name"], after["email"] or None,
        after["phone"] or None, after["company"], after["language"], after["about"],
    )  # fmt: skip
    work.note(
        ContactChanged(
            contact_id=row["id"],
            name=after["name"],
            before={name: before[name] for name in differing},
            after={name: after[name] for name in differing},
        )
    )
    return {"id": row["id"], "revision": row["revision"] + 1}
