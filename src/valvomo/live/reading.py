"""Reading what the floor itself does not keep: the words of a conversation, and what its customer was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from valvomo.db import conversations, floor, journal, messages, notices
from valvomo.db.journal import Fact
from valvomo.db.messages import Message, PublicMessage
from valvomo.db.transaction import Transaction
from valvomo.domain.conversations.event import Event
from valvomo.domain.conversations.fold import fold
from valvomo.domain.conversations.media import MessageChanged
from valvomo.domain.conversations.message import MessagePosted, Visibility
from valvomo.domain.conversations.model import Conversation
from valvomo.live.views.happening import Change, Happening, Words
from valvomo.protocol.customer import PublicNotice

PAGE = 1_000


async def words_after(tx: Transaction, key: tuple[str, str], number: int, *, public: bool) -> list[Words]:
    """Everything written after a number in a conversation (organization, id); only what is public if so asked."""
    name = "messages.public_after" if public else "messages.all_after"
    found: list[Words] = []
    while True:
        rows = await tx.rows(name, *key, number, PAGE)
        found.extend(words_of(row, "public" if public else row["visibility"]) for row in rows)
        if len(rows) < PAGE:
            return found
        number = rows[-1]["public_seq" if public else "seq"]


async def deliveries(tx: Transaction, key: tuple[str, str], number: int, most: int) -> list[Words]:
    """The newest messages up to a number that may have changed since they were posted, as they are now."""
    rows = await tx.rows("messages.deliveries", *key, number, most)
    return [words_of(row, row["visibility"]) for row in rows]


async def words_after_many(
    tx: Transaction, organization_id: str, wanted: Sequence[tuple[str, int]]
) -> list[list[Words] | None]:
    """Everything written after a number in each of these conversations; None where it is more than a page."""
    ids, numbers = [one for one, _ in wanted], [number for _, number in wanted]
    found: dict[str, list[Words]] = {one: [] for one in ids}
    # The same conversation may be wanted from several numbers: the lowest has them all.
    least = {one: min(number for other, number in wanted if other == one) for one in found}
    rows = await tx.rows("messages.all_after_many", organization_id, list(least), list(least.values()), PAGE)
    for row in rows:
        found[row["conversation_id"]].append(words_of(row, row["visibility"]))
    return [
        None if len(found[one]) >= PAGE else [words for words in found[one] if words.seq > number]
        for one, number in zip(ids, numbers, strict=True)
    ]


async def words_of_facts(tx: Transaction, organization_id: str, facts: Iterable[Fact]) -> dict[str, Words]:
    """The words of the messages that these facts speak of, by message id."""
    keys = [
        (one.conversation_id, one.event.seq)
        for one in facts
        if isinstance(one.event, MessagePosted | MessageChanged) and one.conversation_id is not None
    ]
    if not keys:
        return {}
    return {
        row["id"]: words_of(row, row["visibility"]) for row in await floor.words(tx, organization_id, keys)
    }


async def stored(tx: Transaction, organization_id: str, conversation_id: str) -> Conversation | None:
    """A conversation that the floor does not have, because it is closed."""
    return await conversations.get(tx, organization_id, conversation_id)


async def told(tx: Transaction, conversation: Conversation) -> tuple[tuple[PublicNotice, ...], int]:
    """What the customer was told so far, and the version of the conversation up to which that is."""
    lines = await notices.of_conversation(tx, conversation.organization_id, conversation.id)
    return lines, conversation.version


async def change_of(tx: Transaction, organization_id: str, fact: Fact) -> Change | None:
    """What a fact of the past did: the conversation just before and just after it."""
    if fact.conversation_id is None or fact.version is None:
        return None
    before: Conversation | None = None
    for one in await journal.of_conversation(tx, organization_id, fact.conversation_id, limit=fact.version):
        if isinstance(one.event, Event):
            now = fold(before, one.event, one.at)
            if now.version == fact.version:
                return Change(happening=happening_of(fact, 0, None), before=before, after=now)
            before = now
    return None


def happening_of(fact: Fact, quiet: int, words: Words | None) -> Happening:
    """A fact as the views take it in."""
    return Happening(
        position=fact.position or 0,
        quiet=quiet,
        event=fact.event,
        actor_id=fact.actor_id,
        actor_name=fact.actor_name,
        at=fact.at,
        conversation_id=fact.conversation_id,
        version=fact.version,
        notify=fact.notify,
        words=words,
    )


def words_of_message(one: Message) -> Words:
    """A message that was just written, or has come further, as it would be read."""
    public_seq, visibility = (
        (one.public_seq, Visibility.PUBLIC.value)
        if isinstance(one, PublicMessage)
        else (None, one.visibility)
    )
    return Words(
        id=one.id,
        seq=one.seq,
        public_seq=public_seq,
        author_id=one.author_id,
        author_role=one.author_role,
        author_name=one.author_name,
        visibility=visibility,
        text=one.text,
        client_id=one.client_id,
        at=one.at,
        delivery=one.delivery if isinstance(one, PublicMessage) else None,
        delivery_problem=one.delivery_problem if isinstance(one, PublicMessage) else None,
        attachments=one.attachments,
        media=(one.media or ()) if isinstance(one, PublicMessage) else (),
    )


def words_of(row: Any, visibility: str) -> Words:
    """A row of either message table."""
    names = (
        "id", "seq", "public_seq", "author_id", "author_role", "author_name", "text", "client_id", "at", "delivery",
        "delivery_problem",
    )  # fmt: skip
    attached = messages.attached(row["attachments"], public=row["public_seq"] is not None)
    media = messages.media(row["media"]) or ()
    return Words(
        visibility=visibility,
        attachments=attached,
        media=media,
        html=bool(row.get("html")),
        spoken=messages.spoken_of(row.get("spoken")),
        **{name: row[name] for name in names},
    )
