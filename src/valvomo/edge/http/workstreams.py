"""Workstreams: everybody may read them, administrators change them (spec 2)."""

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.workstreams import ChangeWorkstream, CreateWorkstream
from valvomo.domain.access.actor import Actor
from valvomo.domain.conversations.model import Channel
from valvomo.domain.conversations.workstream import Timers
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import TimersBody, WorkstreamDocument
from valvomo.protocol.settings_requests import ChangeWorkstreamRequest, CreateWorkstreamRequest
from valvomo.queries import settings

TAGS = ("workstreams",)
ONE = "/workstreams/{workstream_id:str}"


@get("/workstreams", tags=TAGS, operation_id="listWorkstreams", summary="List workstreams")
async def list_workstreams(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], cursor: Cursor = None, limit: Limit = 100
) -> Page[WorkstreamDocument]:
    """In order of their making."""
    async with parts.reader.reading() as tx:
        return found(await settings.workstreams(tx, actor, cursor=cursor, limit=limit))


@post(
    "/workstreams", status_code=201, tags=TAGS, operation_id="createWorkstream", summary="Create a workstream"
)
async def create_workstream(
    data: JSONBody[CreateWorkstreamRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> WorkstreamDocument:
    """With its public key and the first version of what its customers are told or asked."""
    command = CreateWorkstream(
        name=data.name,
        channel=Channel(data.channel),
        queue_id=data.queue,
        units=data.units,
        allowed_presences=data.allowed_presences,
        auto_accept=data.auto_accept,
        wrap_up=data.wrap_up,
        timers=_timers(data.timers),
        consent=data.consent,
        origins=data.origins,
        texts=data.texts,
    )
    made = done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, str(made.result["id"]))


@get(ONE, tags=TAGS, operation_id="getWorkstream", summary="One workstream")
async def get_workstream(
    workstream_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> WorkstreamDocument:
    """As it is now."""
    return await _document(parts, actor, workstream_id)


@patch(ONE, tags=TAGS, operation_id="changeWorkstream", summary="Change a workstream")
async def change_workstream(
    workstream_id: PathId,
    data: JSONBody[ChangeWorkstreamRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> WorkstreamDocument:
    """What is left out stays as it is. The channel cannot be changed."""
    command = ChangeWorkstream(
        workstream_id=workstream_id,
        name=data.name,
        queue_id=data.queue,
        units=data.units,
        allowed_presences=data.allowed_presences,
        auto_accept=data.auto_accept,
        wrap_up=data.wrap_up,
        timers=_timers(data.timers),
        consent=data.consent,
        origins=data.origins,
    )
    done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, workstream_id)


def _timers(body: TimersBody | None) -> Timers | None:
    return None if body is None else Timers(**msgspec.structs.asdict(body))


async def _document(parts: Parts, actor: Actor, workstream_id: str) -> WorkstreamDocument:
    async with parts.reader.reading() as tx:
        return found(await settings.workstream(tx, actor, workstream_id))


ROUTES = (list_workstreams, create_workstream, get_workstream, change_workstream)
