"""Forget: a customer is removed for good, at once by an administrator; what was written with them goes afterwards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import contacts, erasing, forgetting
from valvomo.domain.access.actor import UserRole, system_refusal
from valvomo.domain.contacts.events import ContactForgotten
from valvomo.domain.contacts.forgetting import forget_refusal
from valvomo.domain.conversations.forgotten import CustomerForgotten
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.retention.rule import is_idle


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetContact(Command):
    """Whoever this contact is, with all contacts that they are."""

    role: ClassVar[UserRole | None] = UserRole.ADMINISTRATOR
    contact_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetIdleContact(Command):
    """The same by the house's rule, because nothing has gone on with them for its days; the system's."""

    contact_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetCustomer(Command):
    """What was written in a closed conversation with somebody who is forgotten, and who they were; the system's."""

    conversation_id: str


@handles(ForgetContact)
async def forget_contact(work: Work, command: ForgetContact) -> Outcome:
    """Once, and nothing while anything goes on with them: whoever serves them must know whom."""
    # No two contacts become one meanwhile.
    await work.tx.row("house.lock_organization", work.organization_id)
    rows, there = await _locked(work, command.contact_id)
    if not rows:
        return Refusal(Reason.NOT_FOUND)
    if refusal := forget_refusal(work.actor, there.ongoing):
        return refusal
    if all(row["forgotten_at"] is None for row in rows):
        await _forget(work, command.contact_id, there, rows, rule=False)
    return {"id": command.contact_id}


@handles(ForgetIdleContact)
async def forget_idle_contact(work: Work, command: ForgetIdleContact) -> Outcome:
    """By the rule as it is now; nothing where it is not so, or they are forgotten already."""
    if refusal := system_refusal(work.actor):
        return refusal
    rule = await erasing.rule(work.tx, work.organization_id, statement="house.lock_organization")
    rows, there = await _locked(work, command.contact_id)
    if not rows or any(row["forgotten_at"] is not None for row in rows):
        return {"forgotten": False}
    last = max(*(row["created_at"] for row in rows), there.closed_at or rows[0]["created_at"])
    if not is_idle(rule, there.ongoing, last, work.now):
        return {"forgotten": False}
    await _forget(work, command.contact_id, there, rows, rule=True)
    return {"forgotten": True}


async def _locked(work: Work, contact_id: str) -> tuple[Sequence[Any], forgetting.Taken]:
    group = await contacts.group(work.tx, work.organization_id, contact_id)
    rows = await work.tx.rows("forgetting.group", work.organization_id, group)
    return rows, await forgetting.taken(work.tx, work.organization_id, group)


async def _forget(
    work: Work, contact_id: str, there: forgetting.Taken, rows: Sequence[Any], *, rule: bool
) -> None:
    """Write that these locked contacts are nobody's, in facts that were and in one that says so."""
    facts, seal = await forgetting.forget(work.tx, work.organization_id, rows, work.now)
    work.note(
        ContactForgotten(
            contact_id=contact_id,
            contacts=there.contacts,
            conversations=there.conversations,
            rule=rule,
            facts=facts,
            seal=seal,
        )
    )


@handles(ForgetCustomer)
async def forget_customer(work: Work, command: ForgetCustomer) -> Outcome:
    """All of it in this transaction; nothing where it goes on, is gone already, or the customer is known."""
    locked = await work.lock_as_system(command.conversation_id)
    if isinstance(locked, Refusal):
        return locked
    contact = await work.tx.row("contacts.lock", work.organization_id, locked.contact_id)
    known = contact is None or contact["forgotten_at"] is None
    if known or locked.closed_at is None or locked.forgotten_at is not None:
        return {"forgotten": False}
    gone = await erasing.forget(work.tx, locked)
    event = CustomerForgotten(
        contact_id=locked.contact_id, messages=locked.seq, files=gone.files, facts=gone.facts, seal=gone.seal
    )
    await work.record(locked, (event,))
    return {"forgotten": True}
