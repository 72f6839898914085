"""Records in PostgreSQL: forms, keys, links."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.records.form import RecordForm


async def form(tx: Transaction, organization_id: str, workstream_id: str) -> RecordForm:
    """The form of the workstream's records; the standard one where nobody has made another."""
    row = await tx.row("records.form", organization_id, workstream_id)
    return form_of(row) if row else RecordForm()


def form_of(row: Any) -> RecordForm:
    """A row with `version` and `body`."""
    return msgspec.convert({**(row["body"] or {}), "version": row["version"]}, RecordForm)


async def set_form(
    tx: Transaction, organization_id: str, workstream_id: str, form: RecordForm, *, at: datetime
) -> None:
    """Keep the form."""
    body = msgspec.to_builtins(form)
    version = body.pop("version")
    await tx.run("records.set_form", organization_id, workstream_id, version, body, at)


async def links(tx: Transaction, organization_id: str, conversation_id: str) -> list[Any]:
    """What it is linked with, the newest first: rows of `records.links`."""
    return await tx.rows("records.links", organization_id, conversation_id)
