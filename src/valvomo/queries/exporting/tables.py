"""What is exported: the figures as they are shown, or everything that they count, one row each."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.agent_figures import sees_interventions
from valvomo.domain.figures.entries import FELT, FOLLOWED, SUPERVISED
from valvomo.domain.refusals import Refusal
from valvomo.protocol.figures import HistoryItem
from valvomo.queries.exporting.columns import Column, Kind, Row, Value
from valvomo.queries.figure_questions import IN, OUT, Asked, Question, asked
from valvomo.queries.figures import history

PIECE = 2_000
"""Rows that are read and written at a time."""


class Content(StrEnum):
    """Figures by whatever they are parted by, or every entry that they count."""

    FIGURES = "figures"
    ENTRIES = "entries"


@dataclass(frozen=True, slots=True)
class Table:
    """Columns, how many rows there are, and the rows, some at a time, while the transaction is open."""

    columns: tuple[Column, ...]
    number: int
    pieces: AsyncIterator[Sequence[Row]]


async def table(  # noqa: PLR0917 - what is asked, by whom, as what
    tx: Transaction, actor: Actor, question: Question, content: Content, now: datetime
) -> Table | Refusal:
    """What is asked for, narrowed exactly as on the screen."""
    if content is Content.FIGURES:
        found = await history(tx, actor, question, now)
        if isinstance(found, Refusal):
            return found
        rows = [_figures(one) for one in found.items]
        return Table(tuple(_columns(found.items)), len(rows), _pieces(rows))
    may = await asked(tx, actor, question)
    if isinstance(may, Refusal):
        return may
    hidden = [
        *([] if may.knows_moods else [f"{FELT}%"]),
        *([] if sees_interventions(actor) else [f"{SUPERVISED}%", f"{FOLLOWED}%"]),
    ]
    asking = (actor.organization_id, *may.conditions[:-1], hidden)
    number = await tx.value("exports.number", *asking, may.outbound)
    return Table(ENTRY_COLUMNS, number, _entries(tx, asking, may))


async def _pieces(rows: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    for start in range(0, len(rows), PIECE):
        yield rows[start : start + PIECE]


async def _entries(tx: Transaction, asking: tuple[Any, ...], may: Asked) -> AsyncIterator[Sequence[Row]]:
    after: tuple[Any, ...] = (None, None, None)
    while rows := await tx.rows("exports.entries", *asking, *after, PIECE, may.outbound):
        yield [_entry(row, may) for row in rows]
        after = tuple(rows[-1][name] for name in ("at", "position", "place"))


ENTRY_COLUMNS = (
    Column("at", Kind.MOMENT), Column("counted_as"), Column("conversation"), Column("queue"), Column("agent"),
    Column("channel"), Column("language"), Column("outcome"), Column("direction"), Column("seconds", Kind.NUMBER),
)  # fmt: skip


def _entry(row: Any, may: Asked) -> Row:
    queue, agent = may.lookups.queues.get(row["queue_id"]), row["agent_id"]
    # Whoever wants agents told apart asks for it, and it is noted; otherwise nobody is named.
    named = may.question.of_agents and may.shown.has(agent)
    return (
        row["at"], row["counter"], row["conversation_id"], queue.name if queue else row["queue_id"],
        may.lookups.people.get(agent, agent) if named else None, row["channel"], row["language"], row["outcome"],
        OUT if row["outbound"] else IN, None if row["ms"] is None else row["ms"] / 1000,
    )  # fmt: skip


_SKIPPED = frozenset({"queue", "agent", "day"})


def _figures(item: HistoryItem) -> Row:
    return tuple(value for _, value in _flat(item))


def _columns(items: Sequence[HistoryItem]) -> list[Column]:
    """Every figure has its column; what it holds is told by the first item that has it."""
    kinds: dict[str, Kind] = {}
    for item in items:
        for name, value in _flat(item):
            if value is not None:
                kinds[name] = max(kinds.get(name, Kind.INTEGER), _kind(value), key=_ORDER.index)
            else:
                kinds.setdefault(name, Kind.INTEGER)
    return [Column(name, kind) for name, kind in kinds.items()]


_ORDER = (Kind.INTEGER, Kind.NUMBER, Kind.MOMENT, Kind.TEXT)


def _kind(value: Value) -> Kind:
    if isinstance(value, datetime):
        return Kind.MOMENT
    if isinstance(value, int):
        return Kind.INTEGER
    return Kind.NUMBER if isinstance(value, float) else Kind.TEXT


def _flat(item: HistoryItem) -> list[tuple[str, Value]]:
    found: list[tuple[str, Value]] = []
    for name in item.__struct_fields__:
        value = getattr(item, name)
        if name in _SKIPPED:
            continue
        if isinstance(value, msgspec.Struct | dict):
            inside = value if isinstance(value, dict) else msgspec.structs.asdict(value)
            found.extend((f"{name}_{part}", one) for part, one in inside.items())
        elif name != "sentiment":
            found.append((name, value))
    return found
