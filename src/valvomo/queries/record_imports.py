"""Files of records for screens, and the report of what came of them; for administrators."""

from __future__ import annotations

import csv
import io
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.protocol.record_imports import ImportDocument, LineItem
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded
from valvomo.queries.exporting.csv_form import FORMULA
from valvomo.queries.listing import page, role_refusal

REPORT_COLUMNS = ("line", "state", "key", "problems", "record")
AT_ONCE = 1000


async def listed(
    tx: Transaction, actor: Actor, *, cursor: str | None, limit: int
) -> Page[ImportDocument] | Refusal:
    """The newest first."""
    return await page(tx, actor, "record_imports.newest", cursor=cursor, limit=limit, shape=_document)


async def one(tx: Transaction, actor: Actor, import_id: str) -> ImportDocument | Refusal:
    """How far it is."""
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        return refusal
    row = await tx.row("record_imports.newest", actor.organization_id, "", import_id, 1)
    return _document(row) if row else Refusal(Reason.NOT_FOUND)


async def lines(
    tx: Transaction,
    actor: Actor,
    import_id: str,
    *,
    states: Sequence[str],
    cursor: str | None,
    limit: int,
) -> Page[LineItem] | Refusal:
    """Its lines in the file's order, of these states or of all."""
    found = await one(tx, actor, import_id)
    if isinstance(found, Refusal):
        return found
    try:
        place = decoded(cursor, "lines")
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    rows = await tx.rows(
        "record_imports.lines", actor.organization_id, import_id, place.rank if place else 0, list(states), limit + 1
    )  # fmt: skip
    last = rows[limit - 1]["line"] if len(rows) > limit else None
    return Page(
        items=[_line(row) for row in rows[:limit]],
        next=encoded(Place(sort="lines", rank=last, word="", id="")) if last is not None else None,
    )


async def report(reader: Any, actor: Actor, document: ImportDocument) -> AsyncGenerator[bytes]:
    """The whole report as CSV: every line of the file with what came of it, and its own cells."""
    yield b"\xef\xbb\xbf" + _written([[*REPORT_COLUMNS, *document.columns]])
    place = 0
    while True:
        async with reader.asking() as tx:
            rows = await tx.rows(
                "record_imports.lines", actor.organization_id, document.id, place, [], AT_ONCE
            )
        if not rows:
            return
        yield _written([_reported(row) for row in rows])
        place = rows[-1]["line"]


def _reported(row: Any) -> list[object]:
    problems = "; ".join(f"{one['at']}: {one['problem']}" for one in row["problems"])
    told = [row["line"], row["state"], row["key"] or "", problems, row["record_id"] or ""]
    return [*told, *row["cells"]]


def _written(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([[_plain(one) for one in row] for row in rows])
    return text.getvalue().encode()


def _plain(value: object) -> object:
    """What a spreadsheet would carry out is only to be read."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _document(row: Any) -> ImportDocument:
    told = {name: row[name] for name in ImportDocument.__struct_fields__ if name not in ("workstream", "by")}
    named = {
        "workstream": Named(row["workstream_id"], row["workstream"]),
        "by": Named(row["by_id"], row["by_name"]),
    }
    return msgspec.convert({**told, **named}, ImportDocument)


def _line(row: Any) -> LineItem:
    told = {name: row[name] for name in ("line", "cells", "state", "key", "problems")}
    return msgspec.convert({**told, "record": row["record_id"]}, LineItem)
