"""Conversations folded anew from their facts, and compared with what is stored of them (invariants 1 to 4).

Facts are read in the order of their conversations, a page at a time; conversations whose facts are all read are
compared with their rows, messages, holdings, people and timers in one go per page.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from valvomo.db import journal
from valvomo.db.journal import Fact
from valvomo.db.messages import attached, spoken_of
from valvomo.db.transaction import Transaction
from valvomo.domain.attachments.attached import sealed
from valvomo.domain.conversations.erased import WrittenErased
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.forgotten import CustomerForgotten
from valvomo.domain.conversations.media import MediaChanged
from valvomo.domain.conversations.message import MessagePosted, Visibility, digest_of
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.spoken import spoken_digest
from valvomo.queries.verify.changed_byte import changed_byte
from valvomo.queries.verify.report import Check, Report
from valvomo.queries.verify.stored import compare

PAGE = 200
"""Facts at a time."""

_OF_MESSAGES = frozenset({MessagePosted.kind, MediaChanged.kind})
_UNREADABLE = (msgspec.ValidationError, KeyError, ValueError, TypeError)
Messages = dict[tuple[str, int], Any]


@dataclass(slots=True)
class Folds:
    """Conversations of one organization, one after the other.

    Of messages, those after `since` are compared with what was posted; those before it have been.
    """

    organization_id: str
    report: Report
    since: int = 0
    seen: set[str] = field(default_factory=set)
    read: list[Conversation] = field(default_factory=list)
    id: str = ""
    version: int = 0
    now: Conversation | None = None
    broken: bool = False
    digests: dict[int, tuple[str, Any]] = field(default_factory=dict)
    erased: list[bytes] = field(default_factory=list)
    seal: WrittenErased | CustomerForgotten | None = None

    def add(self, row: Any, messages: Messages) -> None:
        """The next fact."""
        if row["conversation_id"] != self.id:
            self.finish()
            self.id, self.version, self.now, self.broken = row["conversation_id"], 0, None, False
            self.digests.clear()
            self.erased.clear()
            self.seal = None
            self.seen.add(self.id)
        expected = self.version + 1
        self.version = row["version"]
        if row["erased"] is not None:
            self.erased.append(row["erased"])
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
        elif isinstance(fact.event, WrittenErased | CustomerForgotten):
            self.seal = fact.event
        elif isinstance(fact.event, MediaChanged):
            found = messages.get((self.id, fact.event.seq)) or self.digests.get(fact.event.seq, ("", None))[1]
            self.digests[fact.event.seq] = (fact.event.digest, found)

    def finish(self) -> None:
        """All facts of the present conversation are read."""
        if self.now is None:
            return
        self.report.conversations += 1
        for seq, (digest, row) in self.digests.items():
            if row is not None:
                self._digest(f"message {seq}", digest, row)
        if not self.broken:
            self._sealed()
            self.read.append(self.now)

    def _sealed(self) -> None:
        """What lost its words is as it was left then, and nothing else has lost any."""
        if self.seal is None:
            if self.erased:
                self._say(
                    f"{len(self.erased)} of its facts lost their words, and no fact says why", Check.CHAIN
                )
        elif (len(self.erased), digest_of_erased(self.erased)) != (self.seal.facts, self.seal.seal):
            self._say("its facts are not as they were left when their words were erased", Check.CHAIN)

    def _message(self, before: Conversation | None, fact: Fact, event: MessagePosted, row: Any) -> None:
        place = f"message {event.seq}"
        if before is None or event.seq != before.seq + 1:
            self._say(f"{place} follows message {before.seq if before else 0}", Check.MESSAGES)
            return
        public = before.public_seq + 1 if event.visibility is Visibility.PUBLIC else None
        if event.public_seq != public:
            self._say(f"{place} has the public number {event.public_seq}, {public} was next", Check.MESSAGES)
        if (fact.position or 0) <= self.since:
            return
        self.report.messages += 1
        if row is None:
            self._say(f"{place} is missing", Check.MESSAGES)
            return
        stored = {
            "id": event.message_id, "author_id": event.author_id, "author_role": event.author_role,
            "visibility": event.visibility.value, "public_seq": event.public_seq, "at": fact.at,
        }  # fmt: skip
        for column, value in stored.items():
            if row[column] != value:
                self._say(f"{place}: column {column} is {row[column]}, its fact says {value}", Check.MESSAGES)
        # The newest fact about it says what it is: more may have been fetched that came with it.
        self.digests[event.seq] = (event.digest, row)

    def _digest(self, place: str, posted: str, row: Any) -> None:
        spoken = spoken_of(row["spoken"])
        if spoken is not None:
            # What was kept for its days has gone, and its salt with it.
            if not spoken.removed and spoken_digest(row["text"], spoken.salt) != posted:
                self._say(f"{place}: column text is not what was written down", Check.MESSAGES)
            return
        try:
            files = attached(row["attachments"], public=row["public_seq"] is not None)
        except _UNREADABLE as error:
            self._say(f"{place}: column attachments cannot be read: {error}", Check.MESSAGES)
            return
        if digest_of(row["text"], files) == posted:
            return
        if not posted:
            if row["text"] or files:
                self._say(f"{place}: was erased, and there is something of it", Check.MESSAGES)
            return
        expected, said = bytes.fromhex(posted), sealed(files)
        parts = [("text", row["text"].encode()), *([("attachments", said)] if said else [])]
        found = changed_byte(b"", parts, b"", expected) if self.report.search else None
        what = "columns text and attachments are" if said else "column text is"
        self._say(f"{place}: " + (found or f"{what} not what was posted"), Check.MESSAGES)

    def _break(self, problem: str) -> None:
        self.broken = True
        self._say(problem)

    def _say(self, problem: str, check: Check = Check.STATE) -> None:
        self.report.add(self.organization_id, f"conversation {self.id}", problem, check)


def digest_of_erased(contents: Sequence[bytes]) -> str:
    """What seals facts that have lost their words: the sha256 of all of them, parted by 0x1e."""
    return hashlib.sha256(b"\x1e".join(contents)).hexdigest()


async def verify_folds(tx: Transaction, folds: Folds, ids: Sequence[str]) -> None:
    """Fold and compare these conversations, in one snapshot."""
    at: tuple[str, int] = ("", 0)
    while rows := await tx.rows("verify.facts_of", folds.organization_id, ids, *at, PAGE):
        messages = await _messages(tx, folds, rows)
        for row in rows:
            folds.add(row, messages)
        at = (rows[-1]["conversation_id"], rows[-1]["version"])
        await _compare_read(tx, folds)
    folds.finish()
    await _compare_read(tx, folds)
    for one in ids:
        if one not in folds.seen:
            folds.report.add(folds.organization_id, f"conversation {one}", "no fact explains it", Check.STATE)


async def _messages(tx: Transaction, folds: Folds, rows: list[Any]) -> Messages:
    posted = [
        (row["conversation_id"], row["body"]["seq"])
        for row in rows
        if row["kind"] in _OF_MESSAGES
        and row["position"] > folds.since
        and isinstance(row["body"].get("seq"), int)
    ]
    if not posted:
        return {}
    keys = ([one[0] for one in posted], [one[1] for one in posted])
    found = await tx.rows("verify.messages", folds.organization_id, *keys)
    return {(row["conversation_id"], row["seq"]): row for row in found}


async def _compare_read(tx: Transaction, folds: Folds) -> None:
    if folds.read:
        for conversation, problem, check in await compare(tx, folds.organization_id, folds.read):
            folds.report.add(folds.organization_id, f"conversation {conversation}", problem, check)
        folds.read.clear()
