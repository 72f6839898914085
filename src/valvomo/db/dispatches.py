"""Dispatches in PostgreSQL: public messages of the house on their way out over a channel.

They are made of public messages and of what the house itself says to a customer; internal text is not within reach.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from valvomo.db.messages import PublicMessage, public_message
from valvomo.db.transaction import Transaction
from valvomo.telemetry.spans import here

LEASE_SECONDS = 45.0
"""How long a message belongs to the process that took it; longer than anybody is patient with a provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseWords:
    """What the house itself tells a customer, such as that it is closed; it is no message of the conversation.

    `again`: it may be what was said to them within the hour.
    """

    organization_id: str
    conversation_id: str
    id: str
    text: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """How far a dispatch has come."""

    message_id: str
    conversation_id: str
    seq: int | None
    state: str
    provider_id: str | None
    problem: str | None
    detail: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What waits to be sent over an account, of one queue, and since when; `problem` is the account's, if any.

    `held_since`: its provider does not know the account any more. Such a one is told of also where nothing waits.
    """

    account_id: str
    name: str
    queue_id: str
    messages: int
    since: datetime | None
    problem: str | None
    held_since: datetime | None


async def waiting(tx: Transaction, organization_id: str, seconds: float) -> tuple[Waiting, ...]:
    """Where the oldest has waited for so long, the oldest first; then accounts that are held."""
    rows = await tx.rows("dispatches.waiting", organization_id, seconds)
    return tuple(Waiting(**row) for row in rows)


async def write(tx: Transaction, outward: Sequence[PublicMessage | HouseWords], at: datetime) -> None:
    """What goes out with this transaction, in this order; nothing is asked when there is none."""
    if not outward:
        return
    rows = [
        (one.organization_id, one.conversation_id, one.id, one.seq, None, True)
        if isinstance(one, PublicMessage)
        else (one.organization_id, one.conversation_id, one.id, None, one.text, one.again)
        for one in outward
    ]
    await tx.run("dispatches.write", *(list(column) for column in zip(*rows, strict=True)), at, here())


async def hurry(tx: Transaction, account: tuple[str, str], at: datetime) -> None:
    """What waits at an account (organization, id) to be tried again is due now."""
    await tx.run("dispatches.hurry", *account, at, LEASE_SECONDS)


async def note(tx: Transaction, organization_id: str, notes: Sequence[Note]) -> list[PublicMessage]:
    """How far they have come, here and where the messages are read; those messages as they are then."""
    names = ("message_id", "state", "provider_id", "problem", "detail")
    await tx.run(
        "dispatches.note", organization_id, *([getattr(one, name) for one in notes] for name in names)
    )
    read = [one for one in notes if one.seq is not None]
    if not read:
        return []
    shown = ("conversation_id", "seq", "state", "problem")
    columns = ([getattr(one, name) for one in read] for name in shown)
    rows = await tx.rows("dispatches.note_messages", organization_id, *columns)
    return [public_message(row) for row in rows]
