"""Channels in PostgreSQL: accounts at providers, what arrived from there, threads and identities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A file that came with a message, as its provider announces it; `content` where its bytes came along."""

    id: str
    ref: str
    name: str
    media_type: str
    size: int | None
    content: bytes | None
    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a provider told us, as it is kept: `kind` is `message` or `status`, `key` the provider's own id of it.

    With a `problem` it waits for a person.
    """

    key: str
    kind: str
    address: str
    body: Mapping[str, Any]
    sent_at: datetime
    media: Sequence[Came] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an account (organization, id) was told at a moment, and from when on each of it may be taken in.

    `cause` is what the call is a part of, where somebody traces.
    """

    account: tuple[str, str]
    at: datetime
    items: Sequence[tuple[Kept, datetime]]
    cause: str | None = None


async def keep(tx: Transaction, calls: Sequence[Call]) -> frozenset[str]:
    """Keep what accounts were told; the organizations in which any of it is new."""
    rows = [
        (*call.account, one.key, one.kind, one.address, one.body, one.sent_at, one.problem, call.at, due, call.cause)
        for call in calls
        for one, due in call.items
    ]  # fmt: skip
    if not rows:
        return frozenset()
    # In one order, so that two processes that are told the same never wait for each other in a circle.
    columns = zip(*sorted(rows, key=lambda row: row[:3]), strict=True)
    new = await tx.rows("arrivals.keep", *map(list, columns))
    for call in calls:
        await _keep_media(tx, call)
    return frozenset(row["organization_id"] for row in new)


async def _keep_media(tx: Transaction, call: Call) -> None:
    came = [(item.key, place, one) for item, _ in call.items for place, one in enumerate(item.media)]
    if came:
        names = ("id", "ref", "name", "media_type", "size", "content", "problem")
        columns = ([getattr(one, name) for _, _, one in came] for name in names)
        keys, places = [key for key, _, _ in came], [place for _, place, _ in came]
        await tx.run("media.keep", *call.account, keys, places, *columns, call.at)


async def thread_of(
    tx: Transaction, account: tuple[str, str], own: str, refers: Sequence[str], *, named: str, at: datetime
) -> str:
    """The thread to which a message belongs: known by itself, named by it, or by the nearest that it refers to.

    What it refers to belongs there too, so that those find it which come after it and were before it.
    """
    references = list(dict.fromkeys((own, *refers)))
    rows = await tx.rows("channels.threads_of", *account, references)
    known: dict[str, str] = {row["reference"]: row["thread"] for row in rows}
    by_reference = next((known[one] for one in refers if one in known), own)
    thread = known.get(own) or named or by_reference
    await tx.run("channels.refer", *account, references, thread, at)
    return thread


async def take_thread(
    tx: Transaction, account: tuple[str, str], address: str, at: datetime, *, name: str = ""
) -> Any | None:
    """The thread of an address, locked, made if there is none yet; None while somebody else is at it."""
    await tx.run("channels.make_thread", *account, address, name, at)
    return await tx.row("channels.lock_thread", *account, address)
