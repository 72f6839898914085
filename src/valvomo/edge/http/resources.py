"""What the routes of skills, hours, presences, templates, quick replies and dispositions have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET

from valvomo.commands.settings.kinds import Resource
from valvomo.commands.settings.resources import ChangeResource, CreateResource, RemoveResource
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.requests import Request
from valvomo.queries import resources
from valvomo.queries.resources import Kind, Reading

T = TypeVar("T")


async def listed(
    parts: Parts,
    actor: Actor,
    kind: Kind[T],
    *,
    cursor: str | None,
    limit: int,
    queue_id: str | None = None,
) -> Page[T]:
    """A page of them."""
    reading = Reading(actor, parts.clock())
    async with parts.reader.reading() as tx:
        return found(await resources.listed(tx, kind, reading, cursor=cursor, limit=limit, queue_id=queue_id))


async def shown(parts: Parts, actor: Actor, kind: Kind[T], resource_id: str) -> T:
    """One as it is now."""
    async with parts.reader.reading() as tx:
        answer = await resources.single(tx, kind, Reading(actor, parts.clock()), resource_id)
    return found(answer)


async def created(parts: Parts, actor: Actor, kind: Kind[T], *, new: Resource, key: str | None) -> T:
    """A new one, as it is then."""
    made = done(await parts.executor.execute(actor, CreateResource(resource=new), key))
    return await shown(parts, actor, kind, str(made.result["id"]))


async def changed(
    parts: Parts,
    actor: Actor,
    kind: Kind[T],
    *,
    resource_id: str,
    changes: Mapping[str, Any],
    key: str | None,
) -> T:
    """One after a change."""
    command = ChangeResource(subject=kind.subject, resource_id=resource_id, changes=changes)
    done(await parts.executor.execute(actor, command, key))
    return await shown(parts, actor, kind, resource_id)


async def removed(parts: Parts, actor: Actor, kind: Kind[Any], *, resource_id: str, key: str | None) -> None:
    """One less."""
    command = RemoveResource(subject=kind.subject, resource_id=resource_id)
    done(await parts.executor.execute(actor, command, key))


def changes_of(change: Request) -> dict[str, Any]:
    """What a change sets. Null means as little as leaving it out, except where null is a value of its own."""
    nothing = {one.name: UNSET if one.default is UNSET else None for one in msgspec.structs.fields(change)}
    return {name: value for name in nothing if (value := getattr(change, name)) is not nothing[name]}
