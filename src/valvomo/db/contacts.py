"""Contacts in PostgreSQL: what is known of them, and which of them are one customer."""

from __future__ import annotations

from typing import Any

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.access.contacts import contacts_refusal, knows_all_contacts


async def group(tx: Transaction, organization_id: str, contact_id: str) -> list[str]:
    """The ids of all contacts that are the same customer, the one that they are shown as first; empty for none."""
    return [row["id"] for row in await tx.rows("contacts.group", organization_id, contact_id)]


async def known(tx: Transaction, actor: Actor, contact_id: str, *, forgotten: bool = False) -> list[Any]:
    """The rows of all contacts that are the same customer as this one, if the actor may know of them; else none.

    Of who is `forgotten` nobody knows, but where it is asked what became of them.
    """
    rows = await tx.rows("contacts.group", actor.organization_id, contact_id)
    if not rows or contacts_refusal(actor) is not None:
        return []
    if not forgotten and any(row["forgotten_at"] is not None for row in rows):
        return []
    if knows_all_contacts(actor):
        return rows
    queues = sorted(actor.queues) if actor.is_(UserRole.AGENT) else []
    ids = [row["id"] for row in rows]
    served = await tx.value("contacts.served", actor.organization_id, ids, actor.id, queues)
    return rows if served else []


async def is_known_to(tx: Transaction, actor: Actor, contact_id: str) -> bool:
    """Whether the actor may know of this contact."""
    return bool(await known(tx, actor, contact_id))
