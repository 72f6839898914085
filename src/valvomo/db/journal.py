"""The journal: facts with positions. One door for writing, several for reading (design §1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.agents.events import HOUSE_FACTS, HouseFact
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.events import EVENTS

SLACK = timedelta(minutes=1)
"""Facts are in order of commit, which can differ from that of their times by so much at the very most."""

_KINDS: Mapping[str, type[Any]] = {**EVENTS, **HOUSE_FACTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that happened. `position` is None until it is written."""

    event: Event | HouseFact
    actor_id: str
    actor_name: str
    at: datetime
    conversation_id: str | None = None
    version: int | None = None
    audited: bool = False
    notify: tuple[str, ...] = ()
    position: int | None = None

    @property
    def kind(self) -> str:
        """The event's kind."""
        return self.event.kind


async def append(tx: Transaction, organization_id: str, facts: Sequence[Fact]) -> int:
    """Write facts in this order as the last thing of a transaction; the position of the last one."""
    position: int = await tx.value("journal.append", organization_id, [_encode(fact) for fact in facts])
    return position


async def after(tx: Transaction, organization_id: str, position: int, limit: int) -> list[Fact]:
    """At most `limit` facts that follow `position`."""
    return [decode(row) for row in await tx.rows("journal.after", organization_id, position, limit)]


async def head(tx: Transaction, organization_id: str) -> int:
    """The position of the newest fact, 0 when there is none."""
    return await tx.value("journal.head", organization_id) or 0


async def position_before(tx: Transaction, organization_id: str, moment: datetime, head: int) -> int:
    """The last position whose fact is older than the moment; positions are gapless, so halving finds it."""
    low, high = 0, head
    while low < high:
        middle = (low + high + 1) // 2
        at = await tx.value("journal.at_position", organization_id, middle)
        if at is not None and at < moment:
            low = middle
        else:
            high = middle - 1
    return low


async def newest_audited(tx: Transaction, organization_id: str) -> int:
    """The position of the newest fact of the audit log, 0 when there is none."""
    return await tx.value("journal.newest_audited", organization_id) or 0


async def of_conversation(
    tx: Transaction,
    organization_id: str,
    conversation_id: str,
    *,
    after_version: int = 0,
    limit: int = 10_000,
) -> list[Fact]:
    """The facts of one conversation, in order."""
    rows = await tx.rows("journal.of_conversation", organization_id, conversation_id, after_version, limit)
    return [decode(row) for row in rows]


async def but_messages(tx: Transaction, organization_id: str, conversation_id: str) -> list[tuple[Fact, int]]:
    """What happened in one conversation besides messages, each with the last public message's number before it."""
    rows = await tx.rows("journal.but_messages", organization_id, conversation_id)
    return [(decode(row), row["public_seq"]) for row in rows]


async def for_person(
    tx: Transaction, organization_id: str, person_id: str, *, after: int, limit: int
) -> list[Fact]:
    """The newest facts after `after` that the person must be told of, oldest first."""
    rows = await tx.rows("journal.for_person", organization_id, person_id, after, limit)
    return [decode(row) for row in reversed(rows)]


def decode(row: Any) -> Fact:
    """A row of `facts` as a fact; unknown kinds and fields are errors, never skipped."""
    return Fact(
        event=msgspec.convert(row["body"], _KINDS[row["kind"]]),
        actor_id=row["actor_id"],
        actor_name=row["actor_name"],
        at=row["at"],
        conversation_id=row["conversation_id"],
        version=row["version"],
        audited=row["audited"],
        notify=tuple(row["notify"]),
        position=row["position"],
    )


def _encode(fact: Fact) -> dict[str, object]:
    return {
        "conversation_id": fact.conversation_id,
        "version": fact.version,
        "kind": fact.kind,
        "actor_id": fact.actor_id,
        "actor_name": fact.actor_name,
        "at": fact.at,
        "audited": fact.audited,
        "notify": fact.notify,
        "body": fact.event,
    }
