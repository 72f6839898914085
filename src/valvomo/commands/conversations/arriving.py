"""What arrives: whom it is with, into which queue it comes, what it asks of agents, and who served them before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import asyncpg

from valvomo.commands.conversations.vip import lock_customer
from valvomo.commands.work import Work
from valvomo.db import contacts, widgets
from valvomo.domain.access.actor import ActorKind
from valvomo.domain.conversations.marks import LanguageSource
from valvomo.domain.conversations.model import ASYNCHRONOUS
from valvomo.domain.conversations.start import Customer
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.customers.identity import Identity
from valvomo.domain.refusals import Reason, Refusal
from valvomo.domain.routing.rules import Arrival, Classified, classify

if TYPE_CHECKING:
    from valvomo.commands.conversations.start import StartConversation


async def arrived(
    work: Work, workstream: Workstream, command: StartConversation
) -> tuple[Customer, str] | Refusal:
    """Whom it is with and what the workstream's rules ask for, and the queue (id or name).

    A queue that was named wins over queue rules; skill rules apply all the same.
    """
    contact = await _contact(work, workstream, command)
    if isinstance(contact, Refusal):
        return contact
    contact_id, known, name = contact
    arrival = Arrival(
        channel=workstream.channel.value,
        language=command.language,
        subject=command.subject,
        customer_name=name,
        email=command.email or "",
        phone=command.phone or "",
        known=known,
        answers=command.answers,
        context=command.context,
    )
    found = classify(workstream.queue_rules, workstream.skill_rules, arrival, fallback=workstream.queue_id)
    customer = Customer(
        contact_id=contact_id,
        name=name,
        language=command.language,
        language_source=_source(work, command),
        subject=command.subject,
        priority=command.priority + found.priority,
        tags=command.tags,
        vip=known and await _vip(work, contact_id),
        answers=command.answers,
        context=command.context,
        needs=found.needs,
        affinity_id=await _affinity(work, workstream, contact_id) if known else None,
        **_way(command, found),
    )
    return customer, command.queue or found.queue_id


def _way(command: StartConversation, found: Classified) -> dict[str, Any]:
    """By which rule it came, whether their site has signed them, over which account they are reached, if over any."""
    over = command.over
    ruled = {
        "routed_by": None if command.queue else found.rule,
        "verified": command.identity is not None,
    }
    if over is None:
        return {**ruled}
    if over.telephone is not None:
        return {**ruled, "telephone": over.telephone}
    return {**ruled, "account_id": over.account_id, "window_closed": over.window_closed}


def _source(work: Work, command: StartConversation) -> LanguageSource:
    """Staff and programs say which language it is; a customer's page only says in which it was shown."""
    chosen = bool(command.language) and work.actor.kind is ActorKind.USER
    return LanguageSource.CHOSEN if chosen else LanguageSource.SUPPOSED


async def _contact(
    work: Work, workstream: Workstream, command: StartConversation
) -> tuple[str, bool, str] | Refusal:
    """The customer, whether they are known, their name. A stranger's word for who they are makes nobody known."""
    if command.over is not None and command.over.contact_id is not None:
        return command.over.contact_id, True, command.customer_name
    if command.identity is not None:
        return await _signed(work, workstream, command, command.identity)
    if command.contact_id and work.actor.kind is ActorKind.USER:
        rows = await contacts.known(work.tx, work.actor, command.contact_id)
        named = next((row["name"] for row in rows if row["id"] == command.contact_id), None)
        if named is None:
            return Refusal(Reason.UNKNOWN_TARGET, {"contact": command.contact_id})
        return command.contact_id, True, command.customer_name or named
    if command.email and work.actor.kind is ActorKind.USER:
        known = await work.tx.row("house.contact_by_email", work.organization_id, command.email)
        if known is not None:
            return str(known["id"]), True, command.customer_name
    return await _new(work, command, command.customer_name, command.email), False, command.customer_name


async def _signed(
    work: Work, workstream: Workstream, command: StartConversation, identity: Identity
) -> tuple[str, bool, str]:
    """Whom the site knows by this name: the same contact each time. What the house knows of them stays as it is."""
    where, name = (work.organization_id, workstream.id), identity.name or command.customer_name
    contact_id = await widgets.contact_of(work.tx, where, identity.subject)
    if contact_id is None:
        # Two who come at once with the same name are one: the second waits here and finds the first.
        await work.tx.row("widgets.lock", *where)
        contact_id = await widgets.contact_of(work.tx, where, identity.subject)
    if contact_id is not None:
        return contact_id, True, name
    contact_id = await _new(work, command, name, identity.email or command.email)
    await work.tx.run("widgets.know_contact", *where, identity.subject, contact_id, work.now)
    return contact_id, False, name


async def _new(work: Work, command: StartConversation, name: str, email: str | None) -> str:
    contact_id = work.new_id()
    await work.tx.run(
        "house.create_contact", work.organization_id, contact_id, name, email, command.phone, work.now
    )
    return contact_id


async def _vip(work: Work, contact_id: str) -> bool:
    """Whether they are a VIP; that stays so until this conversation has begun."""
    group = await lock_customer(work, contact_id, "house.vips")
    rows = await work.tx.rows("house.vips", work.organization_id, group)
    if any(row["forgotten_at"] is not None for row in rows):
        # It was read who they are before they were forgotten: read again, they are somebody new.
        raise asyncpg.SerializationError("the customer was forgotten meanwhile")
    return any(row["vip"] for row in rows)


async def _affinity(work: Work, workstream: Workstream, contact_id: str) -> str | None:
    if not workstream.affinity or workstream.channel not in ASYNCHRONOUS:
        return None
    agent_id: str | None = await work.tx.value(
        "house.last_agent", work.organization_id, await contacts.group(work.tx, work.organization_id, contact_id),
        workstream.id,
    )  # fmt: skip
    return agent_id
