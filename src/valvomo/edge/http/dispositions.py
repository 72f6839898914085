"""Dispositions: everybody may read them, administrators change them (spec 3 *Administration*)."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.settings.kinds import DispositionCode
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import UUID, Cursor, Limit, PathId
from valvomo.edge.http.resources import changed, changes_of, created, listed, removed, shown
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.routing_settings import (
    ChangeDispositionRequest,
    CreateDispositionRequest,
    DispositionDocument,
)
from valvomo.queries.resources import DISPOSITIONS

TAGS = ("dispositions",)
ONE = "/dispositions/{disposition_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]
OfQueue = Annotated[
    str | None, QueryParameter(pattern=UUID, description="Only those for this queue and for all queues.")
]


@get("/dispositions", tags=TAGS, operation_id="listDispositions", summary="List dispositions")
async def list_dispositions(
    parts: PartsArg, actor: ActorArg, queue: OfQueue = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[DispositionDocument]:
    """In order of their making."""
    return await listed(parts, actor, DISPOSITIONS, cursor=cursor, limit=limit, queue_id=queue)


@post(
    "/dispositions",
    status_code=201,
    tags=TAGS,
    operation_id="createDisposition",
    summary="Create a disposition",
)
async def create_disposition(
    data: JSONBody[CreateDispositionRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> DispositionDocument:
    """As soon as there is one, conversations can come to nothing but what is set up for their queue."""
    new = DispositionCode(name=data.name, queue_id=data.queue_id, names=data.names)
    return await created(parts, actor, DISPOSITIONS, new=new, key=key)


@get(ONE, tags=TAGS, operation_id="getDisposition", summary="One disposition")
async def get_disposition(disposition_id: PathId, parts: PartsArg, actor: ActorArg) -> DispositionDocument:
    """As it is now."""
    return await shown(parts, actor, DISPOSITIONS, disposition_id)


@patch(ONE, tags=TAGS, operation_id="changeDisposition", summary="Change a disposition")
async def change_disposition(
    disposition_id: PathId,
    data: JSONBody[ChangeDispositionRequest],
    parts: PartsArg,
    actor: ActorArg,
    key: KeyArg,
) -> DispositionDocument:
    """What is left out stays as it is; `names` are replaced as a whole."""
    changes = changes_of(data)
    return await changed(parts, actor, DISPOSITIONS, resource_id=disposition_id, changes=changes, key=key)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeDisposition", summary="Remove a disposition")
async def remove_disposition(disposition_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """Conversations that came to it keep its code."""
    await removed(parts, actor, DISPOSITIONS, resource_id=disposition_id, key=key)


ROUTES = (list_dispositions, create_disposition, get_disposition, change_disposition, remove_disposition)
