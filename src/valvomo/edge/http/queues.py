"""Queues: everybody may read them, administrators change them (spec 2)."""

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from valvomo.commands.settings.queues import ChangeQueue, CreateQueue, QueueSettings, RemoveQueue
from valvomo.domain.access.actor import Actor
from valvomo.domain.routing.overflow import OverflowRule
from valvomo.edge.http.given import as_rules, given
from valvomo.edge.http.parameters import Cursor, Limit, PathId
from valvomo.edge.http.refused import done, found
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.settings import QueueDocument
from valvomo.protocol.settings_requests import ChangeQueueRequest, CreateQueueRequest
from valvomo.queries import settings

TAGS = ("queues",)
ONE = "/queues/{queue_id:str}"


@get("/queues", tags=TAGS, operation_id="listQueues", summary="List queues")
async def list_queues(
    parts: NamedDependency[Parts], actor: NamedDependency[Actor], cursor: Cursor = None, limit: Limit = 100
) -> Page[QueueDocument]:
    """In order of their making."""
    async with parts.reader.reading() as tx:
        return found(await settings.queues(tx, actor, cursor=cursor, limit=limit, at=parts.clock()))


@post("/queues", status_code=201, tags=TAGS, operation_id="createQueue", summary="Create a queue")
async def create_queue(
    data: JSONBody[CreateQueueRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> QueueDocument:
    """Its kind says what can wait there, and cannot be changed. Overflow rules that cannot work are refused."""
    queue = QueueSettings(
        name=data.name,
        kind=data.kind,
        priority=data.priority,
        service_level_seconds=data.service_level_seconds,
        short_abandon_seconds=data.short_abandon_seconds,
        method=data.method,
        match=data.match,
        hours_id=data.hours_id,
        overflow=as_rules(data.overflow, OverflowRule),
        sentiment_alert_agent=data.sentiment_alert_agent,
        sentiment_alert_supervisor=data.sentiment_alert_supervisor,
        members=data.members,
        supervisors=data.supervisors,
    )
    made = done(await parts.executor.execute(actor, CreateQueue(settings=queue), key))
    return await _document(parts, actor, str(made.result["id"]))


@get(ONE, tags=TAGS, operation_id="getQueue", summary="One queue")
async def get_queue(
    queue_id: PathId, parts: NamedDependency[Parts], actor: NamedDependency[Actor]
) -> QueueDocument:
    """As it is now."""
    return await _document(parts, actor, queue_id)


@patch(ONE, tags=TAGS, operation_id="changeQueue", summary="Change a queue")
async def change_queue(
    queue_id: PathId,
    data: JSONBody[ChangeQueueRequest],
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> QueueDocument:
    """What is left out stays as it is; members, supervisors and overflow rules are replaced as a whole."""
    command = ChangeQueue(
        queue_id=queue_id,
        name=data.name,
        priority=data.priority,
        service_level_seconds=data.service_level_seconds,
        short_abandon_seconds=data.short_abandon_seconds,
        method=data.method,
        match=data.match,
        hours_id=given(data.hours_id),
        sentiment_alert_agent=given(data.sentiment_alert_agent),
        sentiment_alert_supervisor=given(data.sentiment_alert_supervisor),
        overflow=None if data.overflow is None else as_rules(data.overflow, OverflowRule),
        members=data.members,
        supervisors=data.supervisors,
    )
    done(await parts.executor.execute(actor, command, key))
    return await _document(parts, actor, queue_id)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeQueue", summary="Remove a queue")
async def remove_queue(
    queue_id: PathId,
    parts: NamedDependency[Parts],
    actor: NamedDependency[Actor],
    key: NamedDependency[str | None],
) -> None:
    """Refused while a workstream, a rule or a conversation, past ones included, has to do with it."""
    done(await parts.executor.execute(actor, RemoveQueue(queue_id=queue_id), key))


async def _document(parts: Parts, actor: Actor, queue_id: str) -> QueueDocument:
    async with parts.reader.reading() as tx:
        return found(await settings.queue(tx, actor, queue_id, parts.clock()))


ROUTES = (list_queues, create_queue, get_queue, change_queue, remove_queue)
