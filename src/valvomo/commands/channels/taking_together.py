"""Taking in together: words in conversations that go on, of many threads in one transaction.

Nine tenths of what arrives is that. Whatever is more than words (a conversation that begins, files, a wish to hear no
more), and whatever went wrong before, is taken in by itself (`taking_in.py`), and everything of its thread after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from typing import Any

import msgspec

from valvomo.channels.port import Inbound
from valvomo.commands.conversations.consent import tell_late
from valvomo.commands.conversations.messages import Batch, Letter, PostMessage, post_all
from valvomo.commands.registry import Command, Outcome, handles
from valvomo.commands.work import Work
from valvomo.db import conversations
from valvomo.domain.access.actor import Actor, ActorKind, system_refusal
from valvomo.domain.conversations.message import MAX_TEXT, customer_message_refusal
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.window import opened
from valvomo.domain.refusals import Refusal

Thread = tuple[str, str]
"""Account, address."""
_OF_WORDS = frozenset(
    ("key", "address", "text", "sent_at", "name", "identity", "subject", "language", "context", "threading", "cursor",
     "problem")
)  # fmt: skip
_MORE = tuple(name for name in Inbound.__struct_fields__ if name not in _OF_WORDS)
"""What makes a message more than words, also if it is something that is not known here yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeWords(Command):
    """Take in the words that are ripe in these threads, so many of each at most.

    `session_hours` are the accounts', None without a window.
    """

    threads: tuple[Thread, ...]
    session_hours: Mapping[str, float | None] = field(default_factory=dict)
    most: int = 4


@dataclass(slots=True)
class _Heard:
    """What is taken in of a thread, in order."""

    thread: Thread
    conversation: Conversation
    rows: list[Any] = field(default_factory=list)
    said: list[Inbound] = field(default_factory=list)


@handles(TakeWords)
async def take_words(work: Work, command: TakeWords) -> Outcome:
    """How many were `taken`; `left` are the threads in which something is for whoever takes in one by one."""
    if refusal := system_refusal(work.actor):
        return refusal
    heard, done = await _hear(work, command)
    if heard:
        batch = await _post(work, heard)
        await _note(work, heard)
        await _open_windows(work, (heard, batch), command.session_hours)
    left = [one for one in command.threads if one not in done]
    return {"taken": sum(len(one.said) for one in heard), "left": left}


async def _hear(work: Work, command: TakeWords) -> tuple[list[_Heard], frozenset[Thread]]:
    """What is to be taken in, and the threads in which that is everything. Threads are locked before conversations."""
    house = work.organization_id
    locked = await work.tx.rows("channels.lock_threads", house, *_columns(command.threads, 2))
    if not locked:
        return [], frozenset()
    threads = {(row["account_id"], row["address"]): row["conversation_id"] for row in locked}
    rows = await work.tx.rows(
        "arrivals.first_messages", house, *_columns(list(threads), 2), work.now, command.most
    )
    current = await conversations.lock_many(work.tx, ((house, one) for one in threads.values()))
    heard, done = list[_Heard](), set(threads)
    waiting = (row for row in rows if row["open"])
    for thread, some in groupby(waiting, lambda row: (row["account_id"], row["address"])):
        conversation = current.get((house, threads[thread]))
        words, whole = ([], False) if conversation is None else _words(conversation, list(some))
        if not whole:
            done.discard(thread)
        if conversation is not None and words:
            one = _Heard(thread, conversation, [row for row, _ in words], [said for _, said in words])
            heard.append(one)
    return heard, frozenset(done)


def _words(conversation: Conversation, rows: Sequence[Any]) -> tuple[list[tuple[Any, Inbound]], bool]:
    """The first of them that are nothing but words, and whether all are."""
    found: list[tuple[Any, Inbound]] = []
    if customer_message_refusal(conversation) is not None:
        return found, False
    for row in rows:
        said = _read(row)
        if said is None:
            return found, False
        found.append((row, said))
    return found, True


def _read(row: Any) -> Inbound | None:
    if row["attempts"] or row["media"]:
        return None
    try:
        said = msgspec.convert(row["body"], Inbound)
    except msgspec.ValidationError:
        return None
    plain = 0 < len(said.text) <= MAX_TEXT and not any(getattr(said, name) for name in _MORE)
    return said if plain else None


async def _post(work: Work, heard: Sequence[_Heard]) -> Batch:
    """In the customers' own names."""
    letters = [
        Letter(
            actor=Actor(
                id=one.conversation.contact_id, organization_id=work.organization_id,
                name=one.conversation.customer_name, kind=ActorKind.CUSTOMER, conversation_id=one.conversation.id,
            ),
            command=PostMessage(conversation_id=one.conversation.id, text=said.text, client_id=said.key),
        )
        for one in heard
        for said in one.said
    ]  # fmt: skip
    known = {(work.organization_id, one.conversation.id): one.conversation for one in heard}
    outcomes, batch = await post_all(work.tx, letters, work.now, known)
    if refused := [one for one in outcomes if isinstance(one, Refusal)]:
        raise ValueError(f"a locked conversation that takes words has refused them: {refused[0].reason}")
    work.facts.extend(batch.facts.get(work.organization_id, ()))
    if work.organization_id not in batch.follows:
        work.said = tuple(batch.public)
    return batch


async def _note(work: Work, heard: Sequence[_Heard]) -> None:
    """With whom the threads are, and that what came of them is done."""
    house = work.organization_id
    threads = [
        (
            *one.thread,
            one.conversation.contact_id,
            one.conversation.id,
            next((said.name for said in reversed(one.said) if said.name), ""),
            max(row["sent_at"] for row in one.rows),
            next((said.cursor for said in reversed(one.said) if said.cursor is not None), None),
        )
        for one in heard
    ]
    await work.tx.run("channels.note_threads", house, *_columns(threads, 7))
    keys = [(row["account_id"], row["key"]) for one in heard for row in one.rows]
    await work.tx.run("arrivals.all_done", house, *_columns(keys, 2), work.now)


async def _open_windows(
    work: Work, posted: tuple[Sequence[_Heard], Batch], session_hours: Mapping[str, float | None]
) -> None:
    heard, batch = posted
    for one in heard:
        hours = session_hours.get(one.thread[0])
        until = None if hours is None else max(row["sent_at"] for row in one.rows) + timedelta(hours=hours)
        key = (work.organization_id, one.conversation.id)
        if until is not None and until > work.now and (events := opened(batch.current[key], until)):
            batch.current[key] = await work.record(batch.current[key], events)
            work.said = None
        told = await tell_late(work, batch.current[key])
        if told is not batch.current[key]:
            batch.current[key] = told
            work.said = None


def _columns(rows: Sequence[Sequence[Any]], width: int) -> list[list[Any]]:
    return [[row[place] for row in rows] for place in range(width)]
