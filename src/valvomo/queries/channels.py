"""Channel accounts for administrators: what they are, and what waits or was given up on its way in or out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from valvomo.channels.forms import fields_of
from valvomo.channels.threading import whose
from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.channels import (
    ArrivalDocument,
    ChannelAccountDocument,
    DispatchDocument,
    ProviderDocument,
    SeenDocument,
)
from valvomo.protocol.lookups import Named
from valvomo.protocol.pages import Page
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded
from valvomo.queries.listing import one, page, role_refusal, shaped
from valvomo.trunks.kinds import KINDS

Callback = Callable[[str, str], str]
"""Where a provider (name) reaches an account (id)."""

_LAST, _FIRST = datetime.max.replace(tzinfo=UTC), datetime.min.replace(tzinfo=UTC)
_ARRIVALS = {
    "given_up": ("dispatches.given_up_arrivals", "given_up_at", _LAST),
    "waiting": ("dispatches.waiting_arrivals", "received_at", _FIRST),
    "left": ("dispatches.left_arrivals", "done_at", _LAST),
}
"""By their state: the statement, the moment by which they are in order, and the one before all of them."""


def providers(actor: Actor) -> list[ProviderDocument] | Refusal:
    """Those that accounts can be made at."""
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        return refusal
    return [
        ProviderDocument(
            name=one.name,
            channel=one.channel.value,
            settings=fields_of(one.settings),
            secrets=fields_of(one.secrets),
        )
        for one in KINDS.values()
    ]


async def accounts(
    tx: Transaction, actor: Actor, *, cursor: str | None, limit: int, callback: Callback
) -> Page[ChannelAccountDocument] | Refusal:
    """All of them, in order of their making."""
    shape = partial(_account, callback=callback)
    return await page(tx, actor, "channels.accounts", cursor=cursor, limit=limit, shape=shape)


async def account(
    tx: Transaction, actor: Actor, account_id: str, callback: Callback
) -> ChannelAccountDocument | Refusal:
    """One of them."""
    shape = partial(_account, callback=callback)
    return await one(tx, actor, "channels.accounts", thing=account_id, shape=shape)


async def dispatches(
    tx: Transaction, actor: Actor, account_id: str, *, state: str, cursor: str | None, limit: int
) -> Page[DispatchDocument] | Refusal:
    """What waits (`queued`) or has failed, in the order in which it goes."""
    place = await _place(tx, actor, account_id, cursor=cursor, sort=f"dispatches.{state}")
    if isinstance(place, Refusal):
        return place
    after = int(place.id) if place else 0
    rows = await tx.rows("dispatches.by_state", actor.organization_id, account_id, state, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    following = Place(sort=f"dispatches.{state}", rank=0, word="", id=str(last["place"])) if last else None
    items = [
        shaped(
            row,
            DispatchDocument,
            id=row["message_id"],
            name=row["thread_name"] or None,
            address=whose(row["address"]),
        )
        for row in rows[:limit]
    ]
    return Page(items=items, next=encoded(following) if following else None)


async def arrivals(
    tx: Transaction, actor: Actor, account_id: str, *, state: str, cursor: str | None, limit: int
) -> Page[ArrivalDocument] | Refusal:
    """What was given up or became part of nothing, the newest first; or what waits, in order."""
    place = await _place(tx, actor, account_id, cursor=cursor, sort=f"arrivals.{state}")
    if isinstance(place, Refusal):
        return place
    name, moment_of, beginning = _ARRIVALS[state]
    after = (datetime.fromisoformat(place.word), place.id) if place else (beginning, "")
    rows = await tx.rows(name, actor.organization_id, account_id, *after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    following = None
    if last:
        moment = last[moment_of].isoformat()
        following = encoded(Place(sort=f"arrivals.{state}", rank=0, word=moment, id=last["key"]))
    items = [
        shaped(row, ArrivalDocument, id=row["key"], address=whose(row["address"])) for row in rows[:limit]
    ]
    return Page(items=items, next=following)


async def _place(
    tx: Transaction, actor: Actor, account_id: str, *, cursor: str | None, sort: str
) -> Place | Refusal | None:
    if refusal := role_refusal(actor, UserRole.ADMINISTRATOR):
        return refusal
    if await tx.row("channels.account", actor.organization_id, account_id) is None:
        return Refusal(Reason.NOT_FOUND)
    try:
        return decoded(cursor, sort)
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")


def _account(row: Any, *, callback: Callback) -> ChannelAccountDocument:
    return shaped(
        row,
        ChannelAccountDocument,
        workstream=Named(row["workstream_id"], row["workstream_name"]),
        callback=callback(row["provider"], row["id"]),
        seen=msgspec.convert(row["seen"], SeenDocument),
    )
