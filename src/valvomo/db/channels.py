"""Channels in PostgreSQL: accounts at providers, what arrived from there, threads and identities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db.transaction import Transaction
from valvomo.telemetry.spans import here


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


async def keep(
    tx: Transaction, account: tuple[str, str], items: Sequence[Kept], *, at: datetime, due: datetime
) -> int:
    """Keep what an account (organization, id) was told; how many of it are new."""
    names = ("key", "kind", "address", "body", "sent_at", "problem")
    columns = [[getattr(one, name) for one in items] for name in names]
    done = await tx.run("channels.keep", *account, *columns, at, due, here())
    await _keep_media(tx, account, items, at)
    return int(done.rpartition(" ")[2])


async def _keep_media(tx: Transaction, account: tuple[str, str], items: Sequence[Kept], at: datetime) -> None:
    came = [(item.key, place, one) for item in items for place, one in enumerate(item.media)]
    if came:
        names = ("id", "ref", "name", "media_type", "size", "content", "problem")
        columns = ([getattr(one, name) for _, _, one in came] for name in names)
        keys, places = [key for key, _, _ in came], [place for _, place, _ in came]
        await tx.run("media.keep", *account, keys, places, *columns, at)


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
