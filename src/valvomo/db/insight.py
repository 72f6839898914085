"""Insight in PostgreSQL: what an organization wants, what customers have said, and how measuring goes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import asyncpg
import msgspec

from valvomo.db.statements import statements
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.measure import SentimentMeasured
from valvomo.domain.conversations.quoted import said_of
from valvomo.domain.sentiment.choice import Insight
from valvomo.protocol.insight import MeasuringItem

RECENT = timedelta(seconds=15)
"""A process that has not said for so long how measuring goes is taken for gone."""
OLDEST = timedelta(hours=24)
"""What was said before is not measured any more when measuring begins."""
MOST_UNMEASURED = 5_000
CONTEXT = 6
"""So many of the customer's messages the language is told by."""
CONNECT_SECONDS = 10.0
CLAIM_SECONDS = 10.0
SENTIMENT, SPEECH = "sentiment", "speech"
"""What is told of: measuring what customers feel, and writing down what is said."""


class Wanted(NamedTuple):
    """What the organization wants, and the languages that it speaks."""

    insight: Insight
    languages: tuple[str, ...]


class SaidAt(NamedTuple):
    """A message of a customer: where, which number, when."""

    conversation_id: str
    seq: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A customer's last words in a conversation, by number, and what is known of it."""

    conversation_id: str
    measured: int
    language: str
    language_chosen: bool
    words: tuple[tuple[int, datetime, str], ...]
    said: frozenset[int] = frozenset()
    """Numbers of those that were said in a call and written down by a machine."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """How measuring goes in one process: conversations that wait, and the oldest message for how long."""

    process_id: str
    at: datetime
    backend: str
    waiting: int
    lag_ms: int
    measured: int
    skipped: int


async def wanted(tx: Transaction, organization_id: str) -> Wanted:
    """What an organization wants."""
    row = await tx.row("insight.settings", organization_id)
    if row is None:
        raise LookupError(f"no organization {organization_id}")
    found = msgspec.convert(dict(row["insight"]), Insight)
    return Wanted(found, found.languages or tuple(row["languages"]))


async def change(tx: Transaction, organization_id: str, insight: Insight) -> None:
    """What it wants from now on."""
    await tx.run("insight.change", organization_id, msgspec.to_builtins(insight))


async def heads(tx: Transaction) -> dict[str, int]:
    """How far each organization's journal goes."""
    return {row["organization_id"]: row["position"] for row in await tx.rows("journal.heads")}


async def said(
    tx: Transaction, organization_id: str, span: tuple[int, int], limit: int
) -> tuple[list[SaidAt], int]:
    """What customers have written after one position and up to another, and how far that was read."""
    rows = await tx.rows("insight.said", organization_id, *span, limit)
    found = [SaidAt(row["conversation_id"], row["seq"], row["at"]) for row in rows]
    return found, rows[-1]["position"] if len(rows) == limit else span[1]


async def unmeasured(tx: Transaction, organization_id: str, now: datetime) -> list[SaidAt]:
    """The newest message of each ongoing conversation where that has not been measured."""
    rows = await tx.rows("insight.unmeasured", organization_id, now - OLDEST, MOST_UNMEASURED)
    return [SaidAt(row["conversation_id"], row["seq"], row["at"]) for row in rows]


async def spoken(
    tx: Transaction, organization_id: str, wanted_up_to: Sequence[tuple[str, int]]
) -> dict[str, Spoken]:
    """What these customers have said up to a number, but for what they quote, and for what is closed."""
    ids, seqs = [one for one, _ in wanted_up_to], [seq for _, seq in wanted_up_to]
    gathered: dict[str, list[Any]] = {}
    for row in await tx.rows("insight.words", organization_id, ids, seqs, CONTEXT):
        gathered.setdefault(row["conversation_id"], []).append(row)
    return {
        one: Spoken(
            conversation_id=one,
            measured=rows[0]["measured"],
            language=rows[0]["language"],
            language_chosen=rows[0]["language_source"] == "chosen",
            words=tuple((row["seq"], row["at"], said_of(row["text"])) for row in rows),
            said=frozenset(row["seq"] for row in rows if row["spoken"]),
        )
        for one, rows in gathered.items()
    }


async def report(tx: Transaction, organization_id: str, one: Report, what: str = SENTIMENT) -> None:
    """Say how measuring, or writing down what is said, goes here."""
    await tx.run(
        "insight.report", organization_id, one.process_id, one.at, one.backend, one.waiting, one.lag_ms,
        one.measured, one.skipped, what,
    )  # fmt: skip


async def reports(
    tx: Transaction, organization_id: str, now: datetime, what: str = SENTIMENT
) -> list[Report]:
    """What processes have said of it lately, the newest first."""
    rows = await tx.rows("insight.reports", organization_id, now - RECENT, what)
    return [Report(**dict(row)) for row in rows]


def writing_item(found: Sequence[Report]) -> MeasuringItem:
    """The same of writing down, where each process has what was said in its own calls: the lag is the longest."""
    item = measuring_item(found)
    return msgspec.structs.replace(
        item, id="writing", kind="writing", waiting=sum(one.waiting for one in found),
        lag_ms=max((one.lag_ms for one in found), default=0),
    )  # fmt: skip


def measuring_item(found: Sequence[Report]) -> MeasuringItem:
    """All processes together; the lag is that of whoever is least behind: any of them may take what waits."""
    return MeasuringItem(
        backend=found[0].backend if found else None,
        processes=len(found),
        waiting=min((one.waiting for one in found), default=0),
        lag_ms=min((one.lag_ms for one in found), default=0),
        at=found[0].at if found else None,
    )


async def readings(
    tx: Transaction, organization_id: str, conversation_id: str, most: int
) -> list[SentimentMeasured]:
    """What was measured in a conversation, in order, the newest so many."""
    rows = await tx.rows("insight.readings", organization_id, conversation_id, most)
    return [msgspec.convert(row["body"], SentimentMeasured) for row in rows]


class Claims:
    """Locks on conversations that this process measures, held by a session of its own: whoever dies lets go."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None

    async def take(self, keys: Iterable[str]) -> set[str]:
        """Those that nobody else measures now."""
        rows = await (await self._ready()).fetch(statements()["claims.take"].sql, list(keys))
        return {row["key"] for row in rows}

    async def let_go(self, keys: Iterable[str]) -> None:
        """Done with these."""
        await (await self._ready()).fetch(statements()["claims.let_go"].sql, list(keys))

    async def close(self) -> None:
        """Let go of everything."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
        await asyncio.sleep(0)

    async def _ready(self) -> asyncpg.Connection[asyncpg.Record]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._url,
                timeout=CONNECT_SECONDS,
                command_timeout=CLAIM_SECONDS,
                server_settings={"application_name": "valvomo measuring"},
            )
        return self._connection
