"""Whom a workstream's site has signed, and what they have here already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db import widgets
from valvomo.db.sealing import Sealer
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.customers.identity import Flaw, Identity, admitted, identity_of
from valvomo.domain.refusals import Refusal
from valvomo.protocol.widget import EarlierConversation
from valvomo.queries import customers
from valvomo.queries.customers import Entrance, Guest

SEALED_AS = "widget"
MOST_EARLIER = 5
"""Earlier conversations that are told at a time, each with its newest messages."""
MOST_MESSAGES = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Who visits: a person who is known, or a stranger (`identity` None), and what was wrong with their token."""

    identity: Identity | None = None
    flaw: Flaw | None = None


async def visitor(
    tx: Transaction, entrance: Entrance, token: str | None, checked: tuple[Sealer, datetime]
) -> Visitor | Refusal:
    """Whom a page has brought, or why they are not served; `checked` with what, and when."""
    sealer, now = checked
    workstream = entrance.workstream
    row = await tx.row("widgets.of_workstream", workstream.organization_id, workstream.id)
    rules = widgets.rules_of(row)
    found = (
        None
        if not token
        else identity_of(token, _secrets(row, sealer, workstream, now), now, key=entrance.key)
    )
    who = admitted(rules.identity, found)
    if isinstance(who, Refusal):
        return who
    return Visitor(identity=who, flaw=found if isinstance(found, Flaw) else None)


def _secrets(row: Any, sealer: Sealer, workstream: Workstream, now: datetime) -> list[str]:
    """The secrets that count now, the newest first."""
    if row is None or row["secret"] is None:
        return []
    sealed = [row["secret"]]
    if row["former"] is not None and row["former_until"] > now:
        sealed.append(row["former"])
    return [sealer.open(one, workstream.organization_id, SEALED_AS, workstream.id) for one in sealed]


async def ongoing(tx: Transaction, entrance: Entrance, identity: Identity) -> str | None:
    """The conversation that they have begun here, on whichever device, and that has not ended."""
    where = (entrance.workstream.organization_id, entrance.workstream.id)
    contact_id = await widgets.contact_of(tx, where, identity.subject)
    return None if contact_id is None else await widgets.goes_on(tx, where, contact_id)


async def earlier(tx: Transaction, guest: Guest, before: str) -> list[EarlierConversation]:
    """What was said in the conversations before one of theirs, the newest first; nothing to a stranger."""
    if not guest.verified:
        return []
    rows = await tx.rows("widgets.earlier", guest.organization_id, guest.actor.id, before, MOST_EARLIER)
    found = []
    for row in rows:
        said = await customers.last_messages(tx, guest, row["id"], MOST_MESSAGES)
        found.append(EarlierConversation(id=row["id"], begun_at=row["created_at"], items=said))
    return found
