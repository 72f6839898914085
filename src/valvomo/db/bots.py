"""Bots in PostgreSQL: who they are, what they are told, whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from valvomo.db.ids import secret_digest
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, ActorKind
from valvomo.domain.conversations.start import FirstBot
from valvomo.telemetry.spans import here


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that a bot is told of a conversation. `public_seq` is the newest number that the customer can read.

    `turn`: whether there is something to say to it. `last`: it has the conversation no more.
    """

    organization_id: str
    bot_id: str
    conversation_id: str
    kind: str
    body: dict[str, object]
    public_seq: int
    turn: bool = False
    last: bool = False


async def tell(tx: Transaction, told: Sequence[Told], at: datetime) -> None:
    """Write it down, in the transaction in which it happens: letters for those outside, turns for the house's own."""
    if not told:
        return
    for one in told:
        if one.last:
            await tx.run("bots.forget", one.organization_id, one.conversation_id, at)
            await tx.run("bots.turn_over", one.organization_id, one.conversation_id)
    houses, ids, ones = ([getattr(one, name) for one in told] for name in _KEYS)
    kinds, bodies = [one.kind for one in told], [one.body for one in told]
    await tx.run("bots.tell", houses, ids, ones, kinds, bodies, at, here())
    newest = {
        (one.organization_id, one.bot_id, one.conversation_id): one.public_seq for one in told if one.turn
    }
    if newest:
        houses, ids, ones = (list(part) for part in zip(*newest, strict=True))
        await tx.run("bots.want_turns", houses, ids, ones, list(newest.values()), at)


_KEYS = ("organization_id", "bot_id", "conversation_id")


async def first(tx: Transaction, organization_id: str, workstream_id: str) -> FirstBot | None:
    """The bot that conversations of this workstream begin with, if it is at work."""
    row = await tx.row("bots.first", organization_id, workstream_id)
    if row is None:
        return None
    return FirstBot(id=row["id"], name=row["name"], patience=row["patience"], idle=row["idle"])


async def by_token(tx: Transaction, secret: str) -> Actor | None:
    """Who acts with this token; None when it is no bot's, or the bot is not at work."""
    row = await tx.row("bots.by_token", secret_digest(secret))
    return None if row is None else actor_of(row)


def actor_of(row: Any) -> Actor:
    """A row of `bots`, as the rules know it: no role, no queue, no right but to what it has."""
    return Actor(id=row["id"], organization_id=row["organization_id"], name=row["name"], kind=ActorKind.BOT)
