"""Counting in PostgreSQL: facts of the journal become entries, once, by a reader that holds a position.

A conversation is known as it was before a fact either from the facts before it in the same reading or by folding its
facts again; whoever counts needs no memory of their own, but is quicker with one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from valvomo.db import journal
from valvomo.db.hours import at_hand, hours_of
from valvomo.db.journal import Fact
from valvomo.db.transaction import Transaction
from valvomo.domain.agents.presence import Presence
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.model import Conversation, State
from valvomo.domain.figures.counting import counted, counted_of_house
from valvomo.domain.figures.day import Bounds, Read
from valvomo.domain.figures.entries import NOTHING, PRESENT, Counter, Entry, Spent
from valvomo.domain.figures.shifts import Shifts, handled_by, shift_of
from valvomo.domain.figures.sums import JUDGED, Book
from valvomo.domain.figures.turn import Turn
from valvomo.domain.routing.hours import Hours

BATCH = 2_000
"""Facts that are counted at a time."""
MOST_KNOWN = 20_000
"""Conversations that are remembered between two readings."""

_COLUMNS = (
    "counter",
    "at",
    "conversation_id",
    "queue_id",
    "channel",
    "language",
    "agent_id",
    "ms",
    "outbound",
)

Known = dict[str, tuple[Conversation, Spent]]
Entered = list[tuple[int, Entry]]


@dataclass(slots=True)
class Memory:
    """Conversations of an organization as they were after the last fact that was counted; it may be empty."""

    known: Known = field(default_factory=dict)

    def prune(self) -> None:
        """Closed ones change no more; of the others the longest untouched go first, folded again when they return."""
        for one in [one for one, (it, _) in self.known.items() if it.state is State.CLOSED]:
            del self.known[one]
        for one in list(self.known)[: max(0, len(self.known) - MOST_KNOWN)]:
            del self.known[one]


async def count(tx: Transaction, organization_id: str, memory: Memory, limit: int = BATCH) -> tuple[int, int]:
    """Count facts that follow what has been counted, and write it down; how many there were, and up to where.

    The organization's head is locked, so that whoever else counts does it before or after, and nothing twice.
    """
    await tx.run("figures.begin", organization_id)
    after: int = await tx.value("figures.lock_head", organization_id)
    facts = await journal.after(tx, organization_id, after, limit)
    if not facts:
        return 0, after
    found = await entries_of(tx, organization_id, facts, memory)
    await _enter(tx, organization_id, found)
    position = facts[-1].position or after
    await tx.run("figures.advance", organization_id, position)
    memory.prune()
    return len(facts), position


async def entries_of(tx: Transaction, organization_id: str, facts: Sequence[Fact], memory: Memory) -> Entered:
    """The entries of these facts, which follow each other in the journal, by position."""
    calendars = await calendars_of(tx, organization_id, facts[0].at)
    await _recall(tx, organization_id, facts, memory)
    found: Entered = []
    for fact in facts:
        entries = _entries(fact, memory, calendars)
        found.extend((fact.position or 0, one) for one in entries)
    return found


async def calendars_of(tx: Transaction, organization_id: str, around: datetime) -> dict[str, Hours]:
    """The hours of the queues that have any, by queue."""
    rows = await tx.rows("routing.hours", organization_id)
    await at_hand(rows, around)
    return {row["queue_id"]: hours_of(row, around) for row in rows}


async def today(
    tx: Transaction, organization_id: str, day: Bounds, at: tuple[int, Sequence[Conversation]]
) -> Read:
    """What had been counted of a day at a position of the journal, where these conversations went on.

    What the reader has not counted yet is counted here for whoever asks, as far as it happened since the day began.
    """
    position, ongoing = at
    books: dict[str, Book] = {}
    for row in await tx.rows("figures.today", organization_id, *day, position):
        book = books.setdefault(row["queue_id"], Book())
        counter = row["counter"]
        book.counts[counter], book.ms[counter], book.longest[counter] = (
            row["number"],
            row["ms"],
            row["longest"],
        )
    for row in await tx.rows("figures.waits", organization_id, *day, position, sorted(JUDGED)):
        books[row["queue_id"]].waits[row["counter"]] = list(row["waits"])
    served = [one.id for one in ongoing if one.first_accepted_at is not None]
    spent: dict[str, Spent] = {}
    for row in await tx.rows("figures.spent", organization_id, served, position):
        until_now = spent.get(row["conversation_id"], NOTHING)
        more = {Counter(row["counter"]).value: row["ms"]}
        spent[row["conversation_id"]] = until_now.plus(**more)
    tail = await _count_tail(tx, organization_id, day, (position, served))
    for entry in tail.entries:
        if entry.conversation_id and day[0] <= entry.at < day[1]:
            books.setdefault(entry.queue_id, Book()).enter(entry)
    for one in served:
        if one in tail.memory.known and (it := tail.memory.known[one][1]) != NOTHING:
            spent[one] = it
    shifts = await _shifts(tx, organization_id, day[0], (position, ongoing), tail)
    return Read(day, books, spent, await calendars_of(tx, organization_id, day[0]), shifts)


@dataclass(frozen=True, slots=True)
class _Tail:
    """What nobody has counted yet: its entries, and of what was `skipped` (positions) nothing but how it ended."""

    memory: Memory
    entries: list[Entry]
    skipped: tuple[int, int]


async def _count_tail(
    tx: Transaction, organization_id: str, day: Bounds, at: tuple[int, Sequence[str]]
) -> _Tail:
    head, served = at
    memory, entries = Memory(), list[Entry]()
    counted = await tx.value("figures.head", organization_id) or 0
    after = counted
    if counted < head:
        after = max(counted, await journal.position_before(tx, organization_id, day[0] - journal.SLACK, head))
    if after > counted:
        # Whoever has fallen so far behind is about to catch up; what was spent meanwhile is known from the facts.
        await _fold_again(tx, organization_id, served, after, memory)
    tail = _Tail(memory, entries, (counted, after))
    while after < head and (
        facts := await journal.after(tx, organization_id, after, min(BATCH, head - after))
    ):
        entries.extend(one for _, one in await entries_of(tx, organization_id, facts, memory))
        after = facts[-1].position or head
    return tail


async def _shifts(  # noqa: PLR0917 - what is read and what it is made of
    tx: Transaction,
    organization_id: str,
    since: datetime,
    at: tuple[int, Sequence[Conversation]],
    tail: _Tail,
) -> Shifts:
    """What the day had been for agents at a position, where these conversations went on."""
    position, ongoing = at
    presences = await tx.rows("figures.attended", organization_id, since, position)
    if tail.skipped[0] < tail.skipped[1]:
        presences += await tx.rows("figures.uncounted", organization_id, *tail.skipped)
    chosen = [(row["agent_id"], row["at"], row["presence"]) for row in presences]
    rows = await tx.rows("figures.handled", organization_id, since, position)
    handled = [(row["agent_id"], row["at"], row["ms"]) for row in rows]
    for one in tail.entries:
        if one.agent_id and one.counter.startswith(PRESENT):
            chosen.append((one.agent_id, one.at, one.counter.removeprefix(PRESENT)))
        elif one.agent_id and one.counter in (Counter.TALK, Counter.WRAP_UP) and one.at > since:
            handled.append((one.agent_id, one.at, one.ms or 0))
    shifts: Shifts = {}
    for agent_id, at_moment, presence in chosen:
        shift_of(shifts, agent_id, since).chose(at_moment, Presence(presence))
    for agent_id, until, ms in handled:
        shift_of(shifts, agent_id, since).handled(until - timedelta(milliseconds=ms), until)
    for agent_id, began in filter(None, map(handled_by, ongoing)):
        shift_of(shifts, agent_id, since).began(began)
    return shifts


def _entries(fact: Fact, memory: Memory, calendars: Mapping[str, Hours]) -> Iterable[Entry]:
    if not isinstance(fact.event, Event):
        return counted_of_house(fact.event, fact.at)
    one = fact.conversation_id or ""
    before, spent = memory.known.pop(one, (None, NOTHING))
    after = fold(before, fact.event, fact.at)
    entries, spent = counted(Turn(before, fact.event, after, fact.at, spent), calendars)
    memory.known[one] = (after, spent)
    return entries


async def _recall(tx: Transaction, organization_id: str, facts: Sequence[Fact], memory: Memory) -> None:
    """Have every conversation at hand as it was before the first of its facts."""
    first: dict[str, Fact] = {}
    for fact in facts:
        if fact.conversation_id is not None:
            first.setdefault(fact.conversation_id, fact)
    missing = [one for one, fact in first.items() if _version(memory, one) != (fact.version or 1) - 1]
    for one in missing:
        memory.known.pop(one, None)
    begun = [one for one in missing if (first[one].version or 1) > 1]
    if not begun:
        return
    await _fold_again(tx, organization_id, begun, (facts[0].position or 1) - 1, memory)


async def _fold_again(  # noqa: PLR0917 - what is read and what it goes into
    tx: Transaction, organization_id: str, ids: Sequence[str], until: int, memory: Memory
) -> None:
    for row in await tx.rows("figures.facts_of", organization_id, ids, until):
        _entries(journal.decode(row), memory, {})


def _version(memory: Memory, conversation_id: str) -> int:
    found = memory.known.get(conversation_id)
    return found[0].version if found else 0


async def _enter(tx: Transaction, organization_id: str, found: Entered) -> None:
    places: list[int] = []
    for number, (position, _) in enumerate(found):
        again = number and found[number - 1][0] == position
        places.append(places[-1] + 1 if again else 0)
    columns: list[list[Any]] = [[position for position, _ in found], places]
    columns += [[getattr(one, name) for _, one in found] for name in _COLUMNS]
    await tx.run("figures.enter", organization_id, *columns)
