"""Bots and what they know, as administrators see them."""

from __future__ import annotations

from typing import Any

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.bot_rules import ModelRules
from valvomo.domain.refusals import Reason, Refusal
from valvomo.protocol.bots import BotDocument, SnippetDocument
from valvomo.protocol.pages import Page
from valvomo.queries.listing import one, page, shaped


async def bots(
    tx: Transaction, actor: Actor, *, cursor: str | None, limit: int
) -> Page[BotDocument] | Refusal:
    """All bots, in order of their making."""
    return await page(tx, actor, "bots.bots", cursor=cursor, limit=limit, shape=_bot)


async def bot(tx: Transaction, actor: Actor, bot_id: str) -> BotDocument | Refusal:
    """One bot."""
    return await one(tx, actor, "bots.bots", thing=bot_id, shape=_bot)


async def snippets(
    tx: Transaction, actor: Actor, bot_id: str, *, cursor: str | None, limit: int
) -> Page[SnippetDocument] | Refusal:
    """What a bot knows, in order of its making."""
    found = await bot(tx, actor, bot_id)
    if isinstance(found, Refusal):
        return found
    return await page(tx, actor, "bots.snippets", cursor=cursor, limit=limit, shape=_snippet, more=(bot_id,))


async def snippet(tx: Transaction, actor: Actor, bot_id: str, snippet_id: str) -> SnippetDocument | Refusal:
    """One of them."""
    found = await bot(tx, actor, bot_id)
    if isinstance(found, Refusal):
        return found
    row = await tx.row("bots.snippets", actor.organization_id, "", snippet_id, 1, bot_id)
    return Refusal(Reason.NOT_FOUND) if row is None else _snippet(row)


def _bot(row: Any) -> BotDocument:
    own = msgspec.convert(row["rules"], ModelRules) if row["kind"] == "model" else None
    return shaped(row, BotDocument, model=own)


def _snippet(row: Any) -> SnippetDocument:
    return shaped(row, SnippetDocument)
