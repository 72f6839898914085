"""Lists page by page and single things, as all settings are asked for; for administrators unless said otherwise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from valvomo.db.transaction import Transaction
from valvomo.domain.access.actor import Actor, UserRole
from valvomo.domain.refusals import Reason, Refusal, malformed
from valvomo.protocol.pages import Page
from valvomo.queries.cursors import BadCursorError, Place, decoded, encoded

T = TypeVar("T")
Ready = Callable[[Sequence[Any]], Awaitable[None]]
"""What has to be at hand before rows can be shown."""


async def as_they_are(_rows: Sequence[Any]) -> None:
    """Most rows can be shown at once."""


def role_refusal(actor: Actor, *roles: UserRole) -> Refusal | None:
    """Why this is not for the account to read: it has none of these roles; the first is named."""
    if any(actor.is_(role) for role in roles):
        return None
    return Refusal(Reason.ROLE_NEEDED, {"role": roles[0].value})


async def page(
    tx: Transaction,
    actor: Actor,
    statement: str,
    *,
    cursor: str | None,
    limit: int,
    shape: Callable[[Any], T],
    ready: Ready = as_they_are,
    role: UserRole | None = UserRole.ADMINISTRATOR,
    more: tuple[object, ...] = (),
) -> Page[T] | Refusal:
    """Some of a list in order of their ids; `more` are parameters of the statement beyond those that all lists have."""
    if role is not None and (refusal := role_refusal(actor, role)):
        return refusal
    try:
        place = decoded(cursor, statement)
    except BadCursorError:
        return malformed("query.cursor", "not one of ours")
    after = place.id if place else ""
    rows = await tx.rows(statement, actor.organization_id, after, None, limit + 1, *more)
    last = rows[limit - 1] if len(rows) > limit else None
    await ready(rows)
    following = encoded(Place(sort=statement, rank=0, word="", id=last["id"])) if last else None
    return Page(items=[shape(row) for row in rows[:limit]], next=following)


async def one(
    tx: Transaction,
    actor: Actor,
    statement: str,
    *,
    thing: str,
    shape: Callable[[Any], T],
    ready: Ready = as_they_are,
    role: UserRole | None = UserRole.ADMINISTRATOR,
    more: tuple[object, ...] = (),
) -> T | Refusal:
    """The one with the id `thing`, out of the statement that lists them."""
    if role is not None and (refusal := role_refusal(actor, role)):
        return refusal
    row = await tx.row(statement, actor.organization_id, "", thing, 1, *more)
    if row is None:
        return Refusal(Reason.NOT_FOUND)
    await ready([row])
    return shape(row)


def shaped(row: Any, shape: type[T], **more: object) -> T:
    """A row as it is shown: its columns by name, but for what is given."""
    names = [name for name in msgspec.structs.fields(shape) if name.name not in more]  # type: ignore[arg-type]
    return msgspec.convert({one.name: row[one.name] for one in names} | more, shape)
