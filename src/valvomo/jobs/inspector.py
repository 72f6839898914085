"""The inspector: proves without rest that what is stored is what happened, and keeps what it found for the floor.

One process at a time, by a lease: an advisory lock would need a connection of its own in every process, and idle ones
are not free. Between pieces of work it rests for so long that it takes a small share of one core, database included;
where more happens than it can follow it falls behind and says so. Beside what is new it goes through everything old
again, a little in each round.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog

from valvomo.db import inspections
from valvomo.db.database import Database
from valvomo.db.inspections import INSPECTOR, Inspection
from valvomo.jobs.rounds import Rounds
from valvomo.queries.verify import STANDING, Check, Checkpoint, Finding, Proof, Report

SHARE = 0.02
"""Of the time in which it works."""
LEASE = "inspector"
LEASE_SECONDS = 15.0
REST_SECONDS = 10.0
"""So often an organization is looked at in which nothing happens."""
LONGEST_REST = 5.0
"""Without saying that it is still there."""
MOST = 2000
"""New facts of an organization that are proved before it is kept how far that is, and others have their turn."""
AGAIN = 200
"""Findings that are looked at anew in a turn; the others stand until it is theirs."""
MOST_KEPT = 50
"""Findings that are kept by name; the rest is counted."""
FACTS = 500
"""Old facts that are proved again in a round."""

log = structlog.get_logger(__name__)


class _LostError(Exception):
    """Another process inspects now."""


@dataclass(slots=True)
class _Book:
    """Of one organization: how far it is proved, what was found, and where the walk through the old stands.

    `walked_at` is when it last came to the end, `at` when this was written, by the monotonic clock.
    """

    proved: Checkpoint = field(default_factory=Checkpoint)
    findings: tuple[Finding, ...] = ()
    conversation: str = ""
    fact: int = 0
    at: float = 0.0
    walked_at: str | None = None
    checked_at: dict[str, str] = field(default_factory=dict)


class Inspector(Rounds):
    """One for a process; `holder` is the process's name in the lease."""

    every = 2.0

    def __init__(
        self, database: Database, clock: Callable[[], datetime], holder: str, *, share: float = SHARE
    ) -> None:
        super().__init__()
        self._database = database
        self._clock = clock
        self._holder = holder
        self._share = share
        self._books: dict[str, _Book] = {}

    async def round(self) -> float | None:
        """Every organization in which something happened or is wrong, and one of the others, in turn."""
        try:
            await self._hold()
            async with self._database.asking() as tx:
                heads = {row["organization_id"]: row["position"] for row in await tx.rows("journal.heads")}
            for one in self._due(heads):
                await self.inspect(one)
        except _LostError:
            self._books.clear()
        else:
            for gone in self._books.keys() - heads.keys():
                del self._books[gone]
        return None

    def _due(self, heads: Mapping[str, int]) -> list[str]:
        """In a house of many organizations those that are at rest must not hold up the others."""
        busy = [
            one
            for one, position in heads.items()
            if (book := self._books.get(one)) and (book.findings or book.proved.position != position)
        ]
        resting = [one for one in heads if one not in busy]
        stalest = min(resting, key=self._inspected_at, default=None)
        if stalest is not None and time.monotonic() - self._inspected_at(stalest) >= REST_SECONDS:
            busy.append(stalest)
        return busy

    def _inspected_at(self, organization_id: str) -> float:
        book = self._books.get(organization_id)
        return book.at if book else -math.inf

    async def inspect(self, organization_id: str) -> None:
        """Some of what is new, what stands, what was wrong, a little of what is old; and keep what came of it."""
        book = self._books.get(organization_id) or await self._read(organization_id)
        report = Report(search=False)
        proof = Proof(self._database, organization_id, report, self._rest)
        again, later = book.findings[:AGAIN], book.findings[AGAIN:]
        await _again(proof, again, book.proved.position)
        book.proved = await proof.chain(book.proved, fold=True, most=MOST)
        if proof.whole:
            self._note(book, Check.CHAIN, Check.STATE, Check.MESSAGES)
        for check in STANDING:
            await proof.standing(check)
            self._note(book, check)
        await self._walk(proof, book)
        # What stands was looked at whole. One for each place: a conversation that differs in ten ways is one thing.
        found = (*(one for one in later if one.check not in STANDING), *report.findings)
        findings = tuple({(one.check, one.place): one for one in found}.values())
        for finding in findings:
            if finding.place not in {one.place for one in book.findings}:
                log.error("inspector.found", organization=organization_id, place=finding.place,
                          check=finding.check.value)  # fmt: skip
        book.findings = findings
        book.at = time.monotonic()
        self._books[organization_id] = book
        await self._keep(organization_id, book)

    async def _walk(self, proof: Proof, book: _Book) -> None:
        """On through everything once more, from the last to the first when the end is reached."""
        if book.conversation != _END:
            book.conversation = await proof.some_conversations(book.conversation) or _END
        if book.fact < book.proved.position:
            until = min(book.fact + FACTS, book.proved.position)
            await proof.facts(book.fact, until)
            book.fact = until
        elif book.conversation == _END:
            book.conversation, book.fact = "", 0
            book.walked_at = self._clock().isoformat()

    async def _read(self, organization_id: str) -> _Book:
        """Where the inspector before, in whichever process, has left off."""
        async with self._database.reading() as tx:
            found = await inspections.get(tx, organization_id, INSPECTOR)
        if found is None:
            return _Book()
        report = found.report
        return _Book(
            proved=Checkpoint(found.position, found.hash),
            findings=tuple(_finding(organization_id, one) for one in report["findings"]),
            conversation=report["conversation"],
            fact=report["fact"],
            walked_at=report["walked_at"],
            checked_at=report["checked_at"],
        )

    async def _keep(self, organization_id: str, book: _Book) -> None:
        async with self._database.transaction() as tx:
            head = await tx.value("journal.head", organization_id) or 0
            report = {
                "findings": [_kept(one) for one in book.findings[:MOST_KEPT]],
                "count": len(book.findings),
                "counts": Counter(one.check.value for one in book.findings),
                "behind": max(0, head - book.proved.position),
                "conversation": book.conversation,
                "fact": book.fact,
                "walked_at": book.walked_at,
                "checked_at": book.checked_at,
            }
            kept = Inspection(book.proved.position, book.proved.hash, report, self._clock())
            await inspections.keep(tx, organization_id, INSPECTOR, kept)

    def _note(self, book: _Book, *checks: Check) -> None:
        now = self._clock().isoformat()
        book.checked_at.update({one.value: now for one in checks})

    async def _rest(self, worked: float) -> None:
        left = worked * (1 / self._share - 1)
        while left > 0:
            await asyncio.sleep(min(left, LONGEST_REST))
            left -= LONGEST_REST
            await self._hold()

    async def _hold(self) -> None:
        """Still this process's turn?"""
        async with self._database.asking() as tx:
            if not await inspections.lease(tx, LEASE, self._holder, LEASE_SECONDS):
                raise _LostError


_END = "~"
"""Behind every id: the walk has seen all conversations."""


async def _again(proof: Proof, findings: Sequence[Finding], proved: int) -> None:
    """What was wrong is looked at anew, so that it is known when it has been mended."""
    await proof.conversations(sorted({one.conversation_id for one in findings if one.conversation_id}))
    for position in sorted({one.fact for one in findings if one.fact}):
        await proof.facts(position - 1, min(position + 1, max(position, proved)))


def _kept(finding: Finding) -> dict[str, object]:
    return {
        "check": finding.check.value,
        "place": finding.place,
        "problem": finding.problem,
        "conversation_id": finding.conversation_id,
        "agent_id": finding.agent_id,
        "fact": finding.fact,
    }


def _finding(organization_id: str, kept: dict[str, str]) -> Finding:
    return Finding(organization_id, kept["place"], kept["problem"], Check(kept["check"]))
