"""Messages in PostgreSQL: public and internal ones are different types in different tables (design §1)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from valvomo.db.conversations import counts
from valvomo.db.transaction import Transaction
from valvomo.domain.attachments.attached import Attached, InternalAttachment, PublicAttachment
from valvomo.domain.attachments.media import MediaProblem, MediaState, PublicMedium
from valvomo.domain.conversations.model import Conversation
from valvomo.domain.conversations.spoken import Spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMessage:
    """A message that the customer can read. The only type that anything leaving the house is built from.

    `delivery` is how far it has come over its channel, None where it goes over none; `delivery_problem` why no further.
    `media` came with it over a channel and are not attachments, not yet or not at all; None where nothing ever did.
    """

    organization_id: str
    conversation_id: str
    seq: int
    public_seq: int
    id: str
    author_id: str
    author_role: str
    author_name: str
    text: str
    client_id: str
    at: datetime
    delivery: str | None = None
    delivery_problem: str | None = None
    attachments: tuple[PublicAttachment, ...] = ()
    media: tuple[PublicMedium, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalMessage:
    """A note or a whisper: for the house only."""

    organization_id: str
    conversation_id: str
    seq: int
    id: str
    author_id: str
    author_role: str
    author_name: str
    visibility: str
    text: str
    client_id: str
    at: datetime
    attachments: tuple[InternalAttachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction(InternalMessage):
    """What a supervisor tells the bot: the house reads it beside notes, and of all outside only the bot is told it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpokenMessage(InternalMessage):
    """What was said in a call, as a machine has written it down."""

    spoken: Spoken


Message = PublicMessage | InternalMessage

ClientKey = tuple[str, str, str, str]
"""Organization, conversation, author, client id: what makes a message the same one again."""


async def known(
    tx: Transaction, keys: Iterable[ClientKey]
) -> tuple[dict[ClientKey, Message], frozenset[str]]:
    """Which of these were posted already; and those of their organizations that write letters to the outside."""
    found = await tx.rows("messages.known", *_columns(sorted(set(keys)), 4))
    former = [_message(row) for row in found if row["id"] is not None]
    letters = frozenset(row["house"] for row in found if row["letters"])
    return {
        (one.organization_id, one.conversation_id, one.author_id, one.client_id): one for one in former
    }, letters


async def write(
    tx: Transaction,
    public: Sequence[PublicMessage],
    internal: Sequence[InternalMessage],
    changed: Iterable[Conversation],
) -> None:
    """Write messages, and what they change of their conversations, in one statement."""
    await tx.run("messages.write", public, internal, [counts(one) for one in changed])


def public_message(row: Any) -> PublicMessage:
    """A row of the public table."""
    kept = {one.name: row[one.name] for one in fields(PublicMessage)}
    files = {"attachments": attached(row["attachments"], public=True), "media": media(row["media"])}
    return PublicMessage(**kept | files)


def _message(row: Any) -> Message:
    if row["public_seq"] is not None:
        return public_message(row)
    kind = Instruction if row["visibility"] == "instruction" else InternalMessage
    kept = {one.name: row[one.name] for one in fields(kind)}
    return kind(**kept | {"attachments": attached(row["attachments"], public=False)})


def attached(stored: Sequence[dict[str, Any]] | None, *, public: bool) -> tuple[Any, ...]:
    """What a row of either table says that the message has with it, as that table's own type."""
    kind: type[Attached] = PublicAttachment if public else InternalAttachment
    return tuple(kind(**one) for one in stored) if stored else ()


def media(stored: Sequence[dict[str, Any]] | None) -> tuple[PublicMedium, ...] | None:
    """What a row of the public table says that came with the message."""
    if stored is None:
        return None
    return tuple(
        PublicMedium(
            id=one["id"], name=one["name"], media_type=one["media_type"], state=MediaState(one["state"]),
            problem=MediaProblem(one["problem"]) if one["problem"] else None,
        )
        for one in stored
    )  # fmt: skip


def spoken_of(stored: dict[str, Any] | None) -> Spoken | None:
    """What a row of the internal table says of words that were said; None of all others."""
    return Spoken(**stored) if stored else None


def _columns(rows: Sequence[tuple[str, ...]], width: int) -> list[list[str]]:
    return [[row[place] for row in rows] for place in range(width)]
