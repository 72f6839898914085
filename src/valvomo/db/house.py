"""The house's configuration as the rules need it: supervision, workstreams, queues, texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec

from valvomo.db.hours import at_hand, hours_of
from valvomo.db.transaction import Transaction
from valvomo.domain.access.supervision import Supervision
from valvomo.domain.attention.rules import AttentionRules
from valvomo.domain.conversations.dispositions import Disposition
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.targets import Queue
from valvomo.domain.conversations.workstream import Workstream
from valvomo.domain.routing.hours import is_open, next_opening
from valvomo.domain.routing.soundness import Known
from valvomo.protocol.customer import QueueHours


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


async def attention(tx: Transaction, organization_id: str, *, lock: bool = False) -> AttentionRules:
    """What the house says about attention; locked when it is about to be changed."""
    row = await tx.row("house.lock_organization" if lock else "house.organization", organization_id)
    if row is None:
        raise LookupError(f"no organization {organization_id}")
    return msgspec.convert(dict(row["attention"]), AttentionRules)


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
    """A row of `house.workstreams`: how agents are asked is the template's where there is one."""
    names = (
        "id", "organization_id", "name", "channel", "queue_id", "units", "allowed_presences", "auto_accept",
        "wrap_up", "timers", "consent", "queue_rules", "skill_rules", "affinity",
    )  # fmt: skip
    own = msgspec.convert({name: row[name] for name in names}, Workstream)
    if row["template_seconds"] is None:
        return own
    return replace(
        own,
        auto_accept=row["template_auto_accept"],
        timers=replace(own.timers, offer=row["template_seconds"]),
        reject_reasons=tuple(row["reject_reasons"]),
        sound=row["sound"],
        desktop=row["desktop"],
    )


async def queue(tx: Transaction, organization_id: str, id_or_name: str, at: datetime) -> Queue | None:
    """One queue, by its id or its name, as it is at this moment."""
    row = await tx.row("house.queue", organization_id, id_or_name)
    if row is None:
        return None
    await at_hand([row["hours"]], at)
    return queue_of(row, at)


def queue_of(row: Any, at: datetime) -> Queue:
    """A row of `house.queues` at this moment."""
    now_open, opens_at = opening(row, at)
    return Queue(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        members=row["members"],
        open=now_open,
        opens_at=opens_at,
    )


def opening(row: Any, at: datetime) -> tuple[bool, datetime | None]:
    """Whether a queue (a row with its `hours`) is open, and while it is not, when it opens."""
    hours = hours_of(row["hours"], at) if row["hours"] else None
    if hours is None or is_open(hours, at):
        return True, None
    return False, next_opening(hours, at)


async def openings(tx: Transaction, organization_id: str, at: datetime) -> dict[str, QueueHours]:
    """Whether they are open at this moment, of those queues that have hours; by id, in a single statement."""
    rows = await tx.rows("routing.hours", organization_id)
    await at_hand(rows, at)
    return {row["queue_id"]: hours_now({"hours": row}, at) for row in rows}


def hours_now(row: Any, at: datetime) -> QueueHours:
    """The same of a queue (a row with its `hours`)."""
    now_open, opens_at = opening(row, at)
    return QueueHours(open=now_open, opens_at=opens_at)


async def skills(tx: Transaction, organization_id: str) -> dict[str, str]:
    """All skills: id to name."""
    return {row["id"]: row["name"] for row in await tx.rows("routing.skills", organization_id)}


async def known(tx: Transaction, organization_id: str, kind: str) -> Known:
    """What the rules for work of a kind may name."""
    queues = await tx.rows("settings.queue_kinds", organization_id)
    return Known(
        queues={row["id"]: row["kind"] for row in queues},
        skills=frozenset(await skills(tx, organization_id)),
        kind=kind,
    )


async def dispositions(tx: Transaction, organization_id: str) -> list[Disposition]:
    """All codes that a conversation can have come to."""
    rows = await tx.rows("resources.codes", organization_id)
    return [Disposition(code=row["name"], queue_id=row["queue_id"]) for row in rows]
