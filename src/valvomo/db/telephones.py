"""Telephones: which process has the call of which trunk, and what is to be dialled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.call_marks import Call, Line
from valvomo.domain.conversations.model import Conversation

DEAD_SECONDS = 5.0
"""A process that was not seen for so long has hung up all its calls."""
PATIENCE_SECONDS = 20.0
"""So long a call that is to be dialled waits for a trunk that is open."""

LINE_SECONDS = 12.0
"""So long it waits for the line on which the customer still is, which may never be told to have ended."""

Key = tuple[str, str]
"""Organization, account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A call that this process is to dial, or whose sound comes to it; `reopened`: not for the first time."""

    organization_id: str
    call_id: str
    conversation_id: str
    account_id: str
    trunk_call: str
    number: str
    reopened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A call that is over, because whoever had it is gone."""

    organization_id: str
    call_id: str
    conversation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Had:
    """Which process has a call; None where it is still to be dialled."""

    organization_id: str
    call_id: str
    conversation_id: str
    account_id: str
    trunk_call: str
    process_id: str | None


async def follow(tx: Transaction, before: Conversation | None, now: Conversation) -> None:
    """A telephone that is dialled from now on is somebody's to dial."""
    call = now.call
    if call is None or (before is not None and before.call == call):
        return
    phone = call.telephone
    if phone is None or phone.line is not Line.DIALLING or (before is not None and _same(before.call, call)):
        return
    await tx.run(
        "telephones.note", now.organization_id, call.id, now.id, phone.account_id, call.id, phone.number, None
    )  # fmt: skip


async def take(tx: Transaction, process_id: str, accounts: Iterable[Key]) -> list[Wanted]:
    """What is to be dialled over accounts that are open here."""
    keys = sorted(accounts)
    of = ([one[0] for one in keys], [one[1] for one in keys])
    rows = await tx.rows("telephones.take", process_id, *of, LINE_SECONDS)
    return [Wanted(**dict(row)) for row in rows]


async def lost(tx: Transaction) -> list[Lost]:
    """Calls whose process is gone, and those that nobody dials; told once."""
    rows = await tx.rows("telephones.lost", DEAD_SECONDS, PATIENCE_SECONDS)
    return [Lost(**dict(row)) for row in rows]


async def had(tx: Transaction, process_id: str, calls: Iterable[Wanted]) -> dict[tuple[str, str], Had]:
    """What this process has, and who has these, by organization and call; whatever is over is not there."""
    keys = sorted((one.organization_id, one.call_id) for one in calls)
    rows = await tx.rows("telephones.had", process_id, [one[0] for one in keys], [one[1] for one in keys])
    return {(row["organization_id"], row["call_id"]): Had(**dict(row)) for row in rows}


async def hold(tx: Transaction, account: Key, process_id: str) -> bool:
    """Whether this process holds the account now."""
    return await tx.value("telephones.hold_account", *account, process_id, DEAD_SECONDS) is not None


def _same(before: Call | None, now: Call) -> bool:
    return before is not None and before.id == now.id
