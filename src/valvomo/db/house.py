"""The house's configuration as the rules need it: supervision, workstreams, queues, texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.targets import Queue
from valvomo.domain.conversations.workstream import Workstream


async def supervision(
    tx: Transaction, organization_id: str, *, lock: bool = False, hold: bool = False
) -> Supervision:
    """The administrator's switches; locked when they are about to be changed, held while a right is used."""
    name = "house.lock_organization" if lock else "house.share_organization" if hold else "house.organization"
    row = await tx.row(name, organization_id)
    if row is None:
        raise LookupError(f"no organization {organization_id}")
    return supervision_of(row["supervision"])


def supervision_of(stored: Mapping[str, Any]) -> Supervision:
    """The stored form, decoded."""
    return msgspec.convert(dict(stored), Supervision)


async def workstream(tx: Transaction, organization_id: str, workstream_id: str) -> Workstream:
    """One workstream; a conversation's own always exists."""
    row = await tx.row("house.workstream", organization_id, workstream_id)
    if row is None:
        raise LookupError(f"no workstream {workstream_id}")
    return workstream_of(row)


async def workstream_by_key(tx: Transaction, key: str) -> Workstream | None:
    """The workstream whose public key a web page carries."""
    row = await tx.row("house.workstream_by_key", key)
    return workstream_of(row) if row else None


async def workstream_of_channel(tx: Transaction, organization_id: str, channel: Channel) -> Workstream | None:
    """The oldest workstream of this kind of channel."""
    row = await tx.row("house.workstream_of_channel", organization_id, channel.value)
    return workstream_of(row) if row else None


def workstream_of(row: Any) -> Workstream:
    """A row of `workstreams`."""
    names = (
        "id", "organization_id", "name", "channel", "queue_id", "units", "allowed_presences", "auto_accept",
        "wrap_up", "timers", "consent",
    )  # fmt: skip
    return msgspec.convert({name: row[name] for name in names}, Workstream)


async def queue(tx: Transaction, organization_id: str, id_or_name: str) -> Queue | None:
    """One queue, by its id or its name."""
    row = await tx.row("house.queue", organization_id, id_or_name)
    return queue_of(row) if row else None


def queue_of(row: Any) -> Queue:
    """A row of `queues` with its number of members."""
    return Queue(id=row["id"], name=row["name"], kind=row["kind"], members=row["members"])
