"""Proving one organization piece by piece, beside the work of the day.

Facts never change, so the chain is read up to the head that it had at the beginning, whatever is added meanwhile; a
conversation is compared with its facts in one snapshot of its own. So live traffic never looks like a fault. No
transaction outlives a page, and after each one the caller may rest.
"""

from __future__ import annotations

import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from valvomo.db.transaction import Transaction
from valvomo.queries.reading import Reader, Rest
from valvomo.queries.verify.chain import Chain, Checkpoint
from valvomo.queries.verify.folds import Folds, verify_folds
from valvomo.queries.verify.readable import unreadable
from valvomo.queries.verify.report import Check, Report
from valvomo.queries.verify.standing import STANDING

FACTS = 500
"""Of the chain at a time."""
CONVERSATIONS = 20
"""That are folded in one transaction."""

Keep = Callable[[Checkpoint], Awaitable[None]]


async def no_rest(_seconds: float) -> None:
    """Straight on."""


async def not_kept(_reached: Checkpoint) -> None:
    """Nobody wants to go on from here."""


class Proof:
    """Of one organization. What is found goes into the report."""

    def __init__(self, reader: Reader, organization_id: str, report: Report, rest: Rest = no_rest) -> None:
        self._reader = reader
        self._organization_id = organization_id
        self._report = report
        self._rest = rest
        self.whole = False
        """Whether `chain` has come to the head."""

    async def chain(
        self, since: Checkpoint, *, fold: bool = False, keep: Keep = not_kept, most: float = math.inf
    ) -> Checkpoint:
        """The chain after a checkpoint, with `fold` also the conversations that its facts are about.

        How far the chain is proved; `keep` hears of it on the way. A page in which something is wrong is not proved,
        until a later one is. After `most` facts it stops, but never before it has come anywhere.
        """
        self.whole = False
        head = await self._head(since)
        if head is None:
            return since
        chain, reached, wrong = Chain(self._organization_id, self._report, since), since, self._report.count
        until = since.position + most
        while chain.position < until or reached.position == since.position:
            if chain.position >= head["position"] or not (rows := await self._link(chain, head["position"])):
                break
            if chain.position == head["position"]:
                await chain.end(head)
            clean, wrong = self._report.count == wrong, self._report.count
            if fold:
                await self.conversations(await self._touched(rows, since.position), since=since.position)
                wrong = self._report.count
            if clean and (now := chain.reached) is not None:
                reached = now
                await keep(reached)
        else:
            return reached
        self.whole = True
        if chain.position != head["position"] or since.position == head["position"]:
            await chain.end(head)
        return reached

    async def still(self, proved: Checkpoint) -> None:
        """What was proved before is still on the chain."""
        if proved.position:
            await self._head(proved)

    async def facts(self, since: int, until: int) -> None:
        """Again, the facts after one that was proved before, up to another one."""
        async with self._look() as tx:
            hash_ = await tx.value("verify.hash_at", self._organization_id, since) if since else None
        if since and hash_ is None:
            self._say(f"fact {since}", "is missing")
            return
        before = Checkpoint(since, hash_) if hash_ is not None else Checkpoint()
        chain = Chain(self._organization_id, self._report, before)
        while chain.position < until and await self._link(chain, until):
            pass
        async with self._look() as tx:
            last = await tx.value("verify.hash_at", self._organization_id, until)
        await chain.end({"position": until, "hash": last})

    async def conversations(self, ids: Sequence[str], *, since: int = 0) -> None:
        """These against their facts; of messages, those after the fact `since` against what was posted."""
        for begin in range(0, len(ids), CONVERSATIONS):
            async with self._look() as tx:
                folds = Folds(self._organization_id, self._report, since)
                await verify_folds(tx, folds, ids[begin : begin + CONVERSATIONS])

    async def some_conversations(self, after: str) -> str:
        """The next conversations by id; the last of them, empty when there are no more."""
        async with self._look() as tx:
            rows = await tx.rows("verify.ids_after", self._organization_id, after, CONVERSATIONS)
            ids = [row["id"] for row in rows]
            if ids:
                await verify_folds(tx, Folds(self._organization_id, self._report), ids)
        return ids[-1] if len(ids) == CONVERSATIONS else ""

    async def all_conversations(self) -> None:
        """Each against its facts, with every message."""
        after = await self.some_conversations("")
        while after:
            after = await self.some_conversations(after)

    async def standing(self, check: Check) -> None:
        """One invariant of everything that is going on."""
        async with self._look() as tx:
            await STANDING[check](tx, self._organization_id, self._report)

    async def _head(self, since: Checkpoint) -> Any:
        """The head now, if it lies on the chain that was proved up to `since`."""
        async with self._look() as tx:
            head = await tx.row("journal.whole_head", self._organization_id)
            known = await tx.value("verify.hash_at", self._organization_id, since.position)
        if head is None:
            self._say("journal head", "is missing")
        elif head["position"] < since.position:
            self._say("journal head", f"position is {head['position']}, but fact {since.position} was proved")
            return None
        elif since.position and known != since.hash:
            self._say("journal", f"fact {since.position} has another hash than when it was proved")
            return None
        return head

    async def _touched(self, rows: Sequence[Any], since: int) -> list[str]:
        """The conversations of which the first fact after `since` is among these.

        One fold of each is enough: it takes in all that happened to it until now.
        """
        firsts: dict[str, int] = {}
        for row in rows:
            one, version = row["conversation_id"], row["version"]
            if one is not None and version is not None:
                firsts[one] = min(version, firsts.get(one, version))
        before = [version - 1 for version in firsts.values()]
        async with self._look() as tx:
            found = await tx.rows("verify.folded", self._organization_id, list(firsts), before, since)
        return sorted(firsts.keys() - {row["conversation_id"] for row in found})

    async def _link(self, chain: Chain, until: int) -> list[Any]:
        async with self._look() as tx:
            rows = await tx.rows("journal.chain", self._organization_id, chain.position, until, FACTS)
        for row in rows:
            await chain.add(row)
            if row["conversation_id"] is None and (problem := unreadable(row)):
                self._say(f"fact {row['position']} ({row['kind']})", problem)
        await self._nameless(
            [one["position"] for one in rows if one["erased"] and one["conversation_id"] is None]
        )
        return rows

    async def _nameless(self, positions: list[int]) -> None:
        """Facts of the house that have lost names are as a later one says that they were left."""
        if not positions:
            return
        async with self._look() as tx:
            rows = await tx.rows("verify.sealing", self._organization_id, positions)
        kept = {one for row in rows if row["seal"] == row["said"] for one in row["facts"]}
        for one in sorted(set(positions) - kept):
            self._say(f"fact {one}", "is not as it was left when a customer was forgotten")

    @asynccontextmanager
    async def _look(self) -> AsyncIterator[Transaction]:
        began = time.perf_counter()
        async with self._reader.reading() as tx:
            yield tx
        await self._rest(time.perf_counter() - began)

    def _say(self, place: str, problem: str) -> None:
        self._report.add(self._organization_id, place, problem, Check.CHAIN)
