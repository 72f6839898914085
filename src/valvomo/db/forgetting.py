"""Taking a customer out of what the house knows: contacts, addresses, what opens conversations to them, and facts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from valvomo.db import journal
from valvomo.db.transaction import Transaction
from valvomo.domain.contacts.events import NAMING, NOBODY
from valvomo.domain.contacts.forgetting import searched_by, unnamed
from valvomo.domain.conversations.event import Event

_BY_CONTACT = (
    "forgetting.answers", "forgetting.ways", "forgetting.identities", "forgetting.signed", "forgetting.tokens",
)  # fmt: skip
"""What is done to each table in which contacts stand."""
_BY_ADDRESS = (
    "forgetting.media", "forgetting.arrivals", "forgetting.references", "forgetting.drop_threads",
)  # fmt: skip
"""What is done to each table in which their addresses stand."""

COUNTED_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What there is of a customer, ongoing ones included; in `remaining` conversations it is still to be removed."""

    contacts: int
    conversations: int
    ongoing: int
    messages: int
    files: int
    recordings: int
    remaining: int
    closed_at: datetime | None


async def taken(tx: Transaction, organization_id: str, ids: Sequence[str]) -> Taken:
    """What forgetting these contacts, who are one customer, takes."""
    (row,) = await tx.rows("forgetting.taken", organization_id, list(ids))
    return Taken(contacts=len(ids), **dict(row))


async def forget(
    tx: Transaction, organization_id: str, rows: Iterable[Any], now: datetime
) -> tuple[tuple[int, ...], str]:
    """Nothing is known of these locked contacts any more; positions and seal of the house's facts that named them."""
    known = list(rows)
    ids = [row["id"] for row in known]
    names = [row[name] for row in known for name in ("name", "email", "phone")]
    names += [row["value"] for row in await tx.rows("forgetting.names", organization_id, ids)]
    sealed = await _facts(tx, organization_id, ids, searched_by(names))
    threads = await tx.rows("forgetting.threads", organization_id, ids)
    for statement in _BY_CONTACT:
        await tx.run(statement, organization_id, ids)
    places = ([row["account_id"] for row in threads], [row["address"] for row in threads])
    for statement in _BY_ADDRESS:
        await tx.run(statement, organization_id, *places)
    await tx.run("forgetting.part_threads", organization_id, ids)
    await tx.run("forgetting.contacts", organization_id, ids, now)
    return sealed


async def _facts(
    tx: Transaction, organization_id: str, ids: list[str], names: list[str]
) -> tuple[tuple[int, ...], str]:
    changed: list[dict[str, object]] = []
    positions: list[int] = []
    kinds = [one.kind for one in NAMING]
    for row in await tx.rows("forgetting.house_facts", organization_id, ids, kinds, names):
        fact = journal.decode(row)
        if isinstance(fact.event, Event):
            raise TypeError(f"fact {fact.position} is none of the house")
        who = NOBODY if fact.actor_id in ids else fact.actor_name
        positions.append(row["position"])
        changed.append({"position": row["position"], "body": unnamed(fact.event), "actor_name": who})
    if changed:
        await tx.run("forgetting.write_house_facts", organization_id, changed)
    seal: str = await tx.value("forgetting.house_seal", organization_id, positions)
    return tuple(positions), seal


Place = tuple[datetime, str]
"""When a customer came, and who: in this order they are looked at."""
BEGINNING: Place = (datetime.min.replace(tzinfo=UTC), "")


async def idle(
    tx: Transaction, organization_id: str, before: datetime, after: Place, *, limit: int
) -> tuple[list[str], Place | None]:
    """Of the next customers those with whom nothing has gone on since then; the last one, None when that was all."""
    rows = await tx.rows("forgetting.known", organization_id, before, *after, limit)
    last = (rows[-1]["created_at"], rows[-1]["id"]) if len(rows) == limit else None
    return [row["id"] for row in rows if row["idle"]], last


async def count_idle(tx: Transaction, organization_id: str, before: datetime) -> int:
    """How many customers these are in all."""
    found, place = 0, BEGINNING
    while True:
        ids, last = await idle(tx, organization_id, before, place, limit=COUNTED_AT_ONCE)
        found += len(ids)
        if last is None:
            return found
        place = last


async def houses(tx: Transaction) -> set[str]:
    """Where there are customers who are forgotten and with whom it is still written."""
    return {row["organization_id"] for row in await tx.rows("forgetting.emptying")}


async def due(tx: Transaction, organization_id: str, limit: int) -> list[tuple[str, datetime, datetime]]:
    """Their closed conversations in which it is: id, beginning, end; of the longest forgotten first."""
    rows = await tx.rows("forgetting.due", organization_id, limit)
    return [(row["id"], row["created_at"], row["closed_at"]) for row in rows]
