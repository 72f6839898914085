"""Everything that an organization would take with it, page by page, beside a server at work.

Each page is read in a transaction of its own, so that none outlives it; a conversation and its messages are of one
moment. What is referred to is read after what refers to it, and the journal last: it explains all that was read before.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.protocol.dataout import ContactLine, ConversationLine, FactLine, Line, MessageLine, NameLine
from valvomo.queries.reading import Reader, Rest

CONVERSATIONS = 20
LINES = 500
"""Of everything else, so many at a time."""

Page = tuple[str, Sequence[Line]]
"""The file that it belongs into, and its lines."""

_WITHIN = "messages"
"""Pages that are read in the transaction of the page behind them: of their conversations."""
FILES = ("conversations", "messages", "contacts", "names", "journal")


async def organization(reader: Reader, wanted: str) -> tuple[str, str] | None:
    """Id and name of the organization that is called so or has this id; of the only one, if none is `wanted`."""
    async with reader.asking() as tx:
        rows = await tx.rows("house.organizations")
    found = [one for one in rows if wanted in {"", one["id"]} or one["name"].lower() == wanted.lower()]
    return (found[0]["id"], found[0]["name"]) if len(found) == 1 else None


async def everything(reader: Reader, organization_id: str, rest: Rest) -> AsyncIterator[Page]:
    """All pages, in the order in which they have to be read; a `rest` after each, while no transaction is open."""
    for pages in (_talks, _contacts, _names, _journal):
        began = time.perf_counter()
        async for page in pages(reader, organization_id):
            yield page
            if page[0] != _WITHIN:
                await rest(time.perf_counter() - began)
                began = time.perf_counter()


async def _talks(reader: Reader, organization_id: str) -> AsyncIterator[Page]:
    after = ""
    while True:
        async with reader.reading() as tx:
            rows = await tx.rows("dataout.conversations", organization_id, after, CONVERSATIONS)
            if not rows:
                return
            ids = [row["id"] for row in rows]
            async for lines in _said(tx, organization_id, ids):
                yield _WITHIN, lines
        yield "conversations", [ConversationLine(**dict(row)) for row in rows]
        after = ids[-1]


async def _said(tx: Transaction, organization_id: str, ids: list[str]) -> AsyncIterator[list[MessageLine]]:
    place: tuple[str, int] = ("", 0)
    while rows := await tx.rows("dataout.messages", organization_id, ids, *place, LINES):
        yield [MessageLine(**dict(row)) for row in rows]
        place = rows[-1]["conversation_id"], rows[-1]["seq"]


async def _contacts(reader: Reader, organization_id: str) -> AsyncIterator[Page]:
    after = ""
    while True:
        async with reader.asking() as tx:
            rows = await tx.rows("dataout.contacts", organization_id, after, LINES)
        if not rows:
            return
        yield "contacts", [ContactLine(**dict(row)) for row in rows]
        after = rows[-1]["id"]


async def _names(reader: Reader, organization_id: str) -> AsyncIterator[Page]:
    async with reader.asking() as tx:
        rows = await tx.rows("dataout.names", organization_id)
    yield "names", [NameLine(**dict(row)) for row in rows]


async def _journal(reader: Reader, organization_id: str) -> AsyncIterator[Page]:
    async with reader.asking() as tx:
        head: int = await tx.value("journal.head", organization_id) or 0
    after = 0
    while after < head:
        async with reader.asking() as tx:
            rows = await tx.rows("journal.chain", organization_id, after, head, LINES)
        if not rows:
            return
        yield "journal", [_fact(row) for row in rows]
        after = rows[-1]["position"]


def _fact(row: Any) -> FactLine:
    return FactLine(**{**row, "body": msgspec.Raw(row["body"].encode()), "hash": row["hash"].hex()})
