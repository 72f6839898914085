"""Who is asking: from a session's or a token's secret to the one who acts."""

from __future__ import annotations

from datetime import datetime

from valvomo.db import bots, people
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor
from valvomo.domain.refusals import Reason, Refusal


async def actor_of_session(
    tx: Transaction, token: str, now: datetime, *, enrolling: bool = False
) -> Actor | Refusal:
    """Who has this session: `EXPIRED` when it has ended by time, `NOT_SIGNED_IN` when it is not one of ours.

    Sessions of disabled accounts are none: disabling takes effect with the next request. Whoever has to have a second
    factor and has none is let in only to get one (`enrolling`), and else refused with `SECOND_FACTOR_NEEDED`.
    """
    found = await people.by_session(tx, token)
    actor = _current(found[:2] if found else None, now)
    if found and found[2] and not enrolling and isinstance(actor, Actor):
        return Refusal(Reason.SECOND_FACTOR_NEEDED)
    return actor


async def actor_of_token(tx: Transaction, secret: str, now: datetime) -> Actor | Refusal:
    """Who has this API token: `EXPIRED` after its date, `NOT_SIGNED_IN` when it is unknown or revoked."""
    return _current(await people.by_token(tx, secret), now)


async def bot_of_token(tx: Transaction, secret: str) -> Actor | Refusal:
    """The bot that has this token: `NOT_SIGNED_IN` when it is no bot's, or the bot is not at work."""
    return await bots.by_token(tx, secret) or Refusal(Reason.NOT_SIGNED_IN)


async def actor(tx: Transaction, organization_id: str, user_id: str) -> Actor | None:
    """A user as they may act now: asked again by whoever holds on to an actor, such as a live connection."""
    return await people.actor(tx, organization_id, user_id)


def _current(found: tuple[Actor, datetime | None] | None, now: datetime) -> Actor | Refusal:
    if found is None:
        return Refusal(Reason.NOT_SIGNED_IN)
    actor, expires_at = found
    if expires_at is not None and expires_at <= now:
        return Refusal(Reason.EXPIRED)
    return actor
