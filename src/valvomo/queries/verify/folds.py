"""Every conversation folded anew from its facts, and compared with what is stored of it (invariants 1 to 4).

Facts are read in the order of their conversations, a page at a time; conversations whose facts are all read are
compared with their rows, messages, holdings, people and timers in one go per page.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Any

import msgspec

from valvomo.db import journal
from valvomo.db.journal import Fact
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.message import MessagePosted, Visibility
from valvomo.domain.conversations.model import Conversation
from valvomo.queries.verify.changed_byte import changed_byte
from valvomo.queries.verify.report import Report
from valvomo.queries.verify.stored import compare

PAGE = 200
"""Facts at a time."""

_UNREADABLE = (msgspec.ValidationError, KeyError, ValueError, TypeError)
Messages = dict[tuple[str, int], Any]


@dataclass(slots=True)
class Folds:
    """The conversations of one organization, one after the other."""

    organization_id: str
    report: Report
    loads: dict[str, int] = field(default_factory=dict)
    read: list[Conversation] = field(default_factory=list)
    id: str = ""
    version: int = 0
    now: Conversation | None = None
    broken: bool = False

    def add(self, row: Any, messages: Messages) -> None:
        """The next fact."""
        if row["conversation_id"] != self.id:
            self.finish()
            self.id, self.version, self.now, self.broken = row["conversation_id"], 0, None, False
        expected = self.version + 1
        self.version = row["version"]
        if self.broken:
            return
        if row["version"] != expected:
            self._break(f"versions {expected} to {row['version'] - 1} are missing among its facts")
            return
        try:
            fact = journal.decode(row)
            if not isinstance(fact.event, Event):
                raise TypeError("is no event of a conversation")
            before, self.now = self.now, fold(self.now, fact.event, fact.at)
        except _UNREADABLE as error:
            self._break(f"its fact {row['position']} ({row['kind']}) cannot be read: {error}")
            return
        if isinstance(fact.event, MessagePosted):
            self._message(before, fact, fact.event, messages.get((self.id, fact.event.seq)))

    def finish(self) -> None:
        """All facts of the present conversation are read."""
        if self.now is None:
            return
        self.report.conversations += 1
        if not self.broken:
            self.read.append(self.now)
            for agent_id, units in self.now.holds.items():
                self.loads[agent_id] = self.loads.get(agent_id, 0) + units

    def _message(self, before: Conversation | None, fact: Fact, event: MessagePosted, row: Any) -> None:
        self.report.messages += 1
        place = f"message {event.seq}"
        if before is None or event.seq != before.seq + 1:
            self._say(f"{place} follows message {before.seq if before else 0}")
            return
        public = before.public_seq + 1 if event.visibility is Visibility.PUBLIC else None
        if event.public_seq != public:
            self._say(f"{place} has the public number {event.public_seq}, {public} was next")
        if row is None:
            self._say(f"{place} is missing")
            return
        stored = {
            "id": event.message_id, "author_id": event.author_id, "author_role": event.author_role,
            "visibility": event.visibility.value, "public_seq": event.public_seq, "at": fact.at,
        }  # fmt: skip
        for column, value in stored.items():
            if row[column] != value:
                self._say(f"{place}: column {column} is {row[column]}, its fact says {value}")
        text = row["text"].encode()
        if hashlib.sha256(text).hexdigest() != event.digest:
            expected = bytes.fromhex(event.digest)
            found = changed_byte(b"", [("text", text)], b"", expected)
            self._say(f"{place}: " + (found or "column text is not what was posted"))

    def _break(self, problem: str) -> None:
        self.broken = True
        self._say(problem)

    def _say(self, problem: str) -> None:
        self.report.add(self.organization_id, f"conversation {self.id}", problem)


async def verify_folds(tx: Transaction, organization_id: str, report: Report) -> None:
    """Fold and compare all conversations of one organization."""
    folds = Folds(organization_id, report)
    at: tuple[str, int] = ("", 0)
    while rows := await tx.rows("verify.facts_by_conversation", organization_id, *at, PAGE):
        messages = await _messages(tx, organization_id, rows)
        for row in rows:
            folds.add(row, messages)
        at = (rows[-1]["conversation_id"], rows[-1]["version"])
        await _compare_read(tx, folds)
    folds.finish()
    await _compare_read(tx, folds)
    for row in await tx.rows("verify.without_facts", organization_id, PAGE):
        report.add(organization_id, f"conversation {row['id']}", "no fact explains it")
    await _loads(tx, folds)


async def _messages(tx: Transaction, organization_id: str, rows: list[Any]) -> Messages:
    posted = [
        (row["conversation_id"], row["body"]["seq"])
        for row in rows
        if row["kind"] == MessagePosted.kind and isinstance(row["body"].get("seq"), int)
    ]
    if not posted:
        return {}
    keys = ([one[0] for one in posted], [one[1] for one in posted])
    found = await tx.rows("verify.messages", organization_id, *keys)
    return {(row["conversation_id"], row["seq"]): row for row in found}


async def _compare_read(tx: Transaction, folds: Folds) -> None:
    if folds.read:
        for conversation, problem in await compare(tx, folds.organization_id, folds.read):
            folds.report.add(folds.organization_id, f"conversation {conversation}", problem)
        folds.read.clear()


async def _loads(tx: Transaction, folds: Folds) -> None:
    """The sum of what an agent holds by the facts is the load that everybody is shown."""
    shown: dict[str, int] = {}
    for row in await tx.rows("agents.held", folds.organization_id, None):
        shown[row["agent_id"]] = shown.get(row["agent_id"], 0) + row["units"]
    for agent_id in sorted(shown.keys() | folds.loads.keys()):
        load, facts = shown.get(agent_id, 0), folds.loads.get(agent_id, 0)
        if load != facts:
            folds.report.add(
                folds.organization_id, f"agent {agent_id}", f"load is {load}, the facts say {facts}"
            )
