"""What a customer's mail looked like: for whoever may read the message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.access.sight import read_refusal
from valvomo.domain.refusals import Reason, Refusal
from valvomo.queries.conversations import seen


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """So many pictures of it are elsewhere; whether it is only the beginning."""

    remote: int
    cut: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The HTML as it was cleaned, and the files that are its pictures, by their places."""

    html: str
    pictures: Mapping[str, str]


async def about(tx: Transaction, actor: Actor, conversation_id: str, message_id: str) -> About | Refusal:
    """Of a message of a conversation that this actor may read."""
    conversation = await seen(tx, actor, conversation_id)
    if isinstance(conversation, Refusal):
        return conversation
    if refusal := read_refusal(actor, conversation):
        return refusal
    row = await tx.row("message_html.about", actor.organization_id, conversation.id, message_id)
    return Refusal(Reason.NOT_FOUND) if row is None else About(remote=row["remote"], cut=row["cut"])


async def opened(tx: Transaction, organization_id: str, message_id: str) -> Opened | None:
    """What a good link opens, unless it is gone."""
    row = await tx.row("message_html.opened", organization_id, message_id)
    return Opened(html=row["html"], pictures=row["pictures"]) if row else None
