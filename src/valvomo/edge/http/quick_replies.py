"""Quick replies: everybody may read them, administrators change them (spec 3 *Administration*)."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, QueryParameter

from valvomo.commands.settings.kinds import QuickReply
from valvomo.domain.access.actor import Actor
from valvomo.edge.http.parameters import UUID, Cursor, Limit, PathId
from valvomo.edge.http.resources import changed, changes_of, created, listed, removed, shown
from valvomo.edge.parts import Parts
from valvomo.protocol.pages import Page
from valvomo.protocol.routing_settings import (
    ChangeQuickReplyRequest,
    CreateQuickReplyRequest,
    QuickReplyDocument,
)
from valvomo.queries.resources import QUICK_REPLIES

TAGS = ("quick replies",)
ONE = "/quick-replies/{reply_id:str}"
PartsArg = NamedDependency[Parts]
ActorArg = NamedDependency[Actor]
KeyArg = NamedDependency[str | None]
OfQueue = Annotated[
    str | None, QueryParameter(pattern=UUID, description="Only those for this queue and for all queues.")
]


@get("/quick-replies", tags=TAGS, operation_id="listQuickReplies", summary="List quick replies")
async def list_quick_replies(
    parts: PartsArg, actor: ActorArg, queue: OfQueue = None, cursor: Cursor = None, limit: Limit = 100
) -> Page[QuickReplyDocument]:
    """In order of their making."""
    return await listed(parts, actor, QUICK_REPLIES, cursor=cursor, limit=limit, queue_id=queue)


@post(
    "/quick-replies",
    status_code=201,
    tags=TAGS,
    operation_id="createQuickReply",
    summary="Create a quick reply",
)
async def create_quick_reply(
    data: JSONBody[CreateQuickReplyRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> QuickReplyDocument:
    """Agents insert it by its name; a queue has each name once, and so have those for all queues."""
    new = QuickReply(name=data.name, queue_id=data.queue_id, texts=data.texts)
    return await created(parts, actor, QUICK_REPLIES, new=new, key=key)


@get(ONE, tags=TAGS, operation_id="getQuickReply", summary="One quick reply")
async def get_quick_reply(reply_id: PathId, parts: PartsArg, actor: ActorArg) -> QuickReplyDocument:
    """As it is now."""
    return await shown(parts, actor, QUICK_REPLIES, reply_id)


@patch(ONE, tags=TAGS, operation_id="changeQuickReply", summary="Change a quick reply")
async def change_quick_reply(
    reply_id: PathId, data: JSONBody[ChangeQuickReplyRequest], parts: PartsArg, actor: ActorArg, key: KeyArg
) -> QuickReplyDocument:
    """What is left out stays as it is; `texts` are replaced as a whole."""
    changes = changes_of(data)
    return await changed(parts, actor, QUICK_REPLIES, resource_id=reply_id, changes=changes, key=key)


@delete(ONE, status_code=204, tags=TAGS, operation_id="removeQuickReply", summary="Remove a quick reply")
async def remove_quick_reply(reply_id: PathId, parts: PartsArg, actor: ActorArg, key: KeyArg) -> None:
    """What was written with it stays."""
    await removed(parts, actor, QUICK_REPLIES, resource_id=reply_id, key=key)


ROUTES = (list_quick_replies, create_quick_reply, get_quick_reply, change_quick_reply, remove_quick_reply)
